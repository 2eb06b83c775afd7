// SPDX-License-Identifier: Apache-2.0
// Every vector of tests/vectors, opened by this implementation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { hex, unhex } from './tacet/bytes.js';
import * as channel from './tacet/channel.js';
import { ecdh, publicOf } from './tacet/crypto.js';
import * as message from './tacet/message.js';
import * as names from './tacet/names.js';
import * as st from './tacet/statements.js';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url)));
const is = (got, expected, what) => assert.equal(hex(got), expected, what);
const partyOf = (o) => ({ nid: unhex(o.nid), aid: unhex(o.aid), did: unhex(o.did) });

test('safety.json', () => {
  const v = vectors('safety');
  const sides = v.sides.map((s) => ({ nid: unhex(s.nid), aid: unhex(s.aid), ark: unhex(s.ark) }));
  for (const order of [sides, [...sides].reverse()]) {
    const got = names.safety(...order);
    is(got.s, v.s);
    assert.equal(got.digits, v.digits);
    assert.equal(got.qr, v.qr);
  }
});

test('statements.json', async (t) => {
  const v = vectors('statements');
  const nid = unhex(v.nid);
  await t.test('keys and names', () => {
    is(publicOf(unhex(v.root.private)), v.root.public);
    is(names.networkId(unhex(v.root.public), v.domain), v.nid);
    for (const p of [v.alice, v.bob]) {
      is(names.accountId(nid, unhex(p.ark.public)), p.aid);
      for (const d of p.devices) is(names.deviceId(unhex(p.aid), unhex(d.dsk.public)), d.did);
    }
  });
  await t.test('certificate, directory, server keys', () => {
    const c = st.readCertificate(unhex(v.certificate.statement), nid, unhex(v.root.public));
    is(c.key, v.certificate.key.public);
    assert.equal(c.name, v.certificate.name);
    const d = st.readDirectory(unhex(v.directory.statement), nid, c.key);
    assert.equal(d.handle, v.directory.handle);
    const k = st.readServerKeys(unhex(v.server_keys.statement), nid, c.key);
    assert.equal(k.number, v.server_keys.number);
    assert.equal(k.pins.length, v.server_keys.pins.length);
  });
  await t.test('device lists', () => {
    for (const [who, lists] of [[v.alice, v.alice_lists], [v.bob, v.bob_lists]]) {
      let previous;
      for (const l of lists) {
        previous = st.readDeviceList(unhex(l.statement), nid, unhex(who.ark.public), previous);
        is(previous.hash, l.hash);
        assert.equal(previous.version, l.version);
      }
    }
  });
  await t.test('prekey, sign-in, roster, invitation', () => {
    const device = [...v.alice.devices, ...v.bob.devices].find((d) => d.did === v.prekey.did);
    const p = st.readPrekey(unhex(v.prekey.statement), nid, unhex(device.dsk.public));
    assert.equal(p.number, v.prekey.number);
    const s = st.readSignin(unhex(v.signin.statement), nid, unhex(device.dsk.public));
    assert.equal(s.domain, v.signin.domain);
    const r = st.readRoster(unhex(v.roster.roster));
    is(r.room, v.roster.room);
    is(st.roster(r), v.roster.roster);
    is(st.rosterDigest(unhex(v.roster.roster)), v.roster.digest);
    const i = names.readInvitation(v.invitation.link);
    is(i.token, v.invitation.token);
    assert.equal(names.writeInvitation(i), v.invitation.link);
  });
});

test('channel.json', () => {
  const v = vectors('channel');
  const prekey = { number: v.prekey_number, private: unhex(v.prekey.private), point: unhex(v.prekey.public) };
  const got = channel.acceptCapsule(channel.parseCapsule(unhex(v.capsule), channel.STANDARD),
                                    partyOf(v.to), prekey, () => unhex(v.dsk.public));
  is(got.prk, v.prk);
  is(got.kb, v.kb);
  is(got.epoch.id, v.epoch_id);
  assert.equal(got.time, v.made_ms);
  let e = got.epoch;
  for (const at of v.chain) {
    is(e.ck, at.ck);
    const { mk, next } = channel.step(e);
    is(mk, at.mk);
    e = next;
  }
});

test('message.json', () => {
  const v = vectors('message');
  const from = partyOf(v.from);
  for (const m of v.messages) {
    const u = message.readUpload(unhex(m.upload));
    is(message.upload(u.shared, u.number, u.capsules, u.entries), m.upload);
    for (const r of m.recipients) {
      const d = message.readDelivery(unhex(r.delivery));
      is(message.delivery(d.shared, d.entry), r.delivery);
      const me = partyOf(r.who);
      const hint = message.hintOf(d, me, unhex(r.prekey.private));
      is(hint.ctx, m.ctx);
      is(hint.z, r.z);
      assert.equal(hint.n, r.n);
      const mk = message.openKey(d, hint, { from: from.did, me, prekey: r.prekey_number,
                                            epoch: unhex(r.epoch_id), n: r.n, mk: unhex(r.mk_n) });
      is(mk, m.mk);
      const opened = message.openTrailer(d, hint.ctx, mk);
      is(message.core(opened.core), m.core.bytes);
      is(message.link(message.core(opened.core)), m.core.link);
      const content = message.openContent(d, hint.ctx, mk, opened, unhex(v.dsk.public));
      is(content, m.content);
    }
    is(ecdh(unhex(m.e.private), unhex(m.recipients[0].prekey.public)), m.recipients[0].z);
  }
});
