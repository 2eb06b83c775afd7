// SPDX-License-Identifier: Apache-2.0
// joining: joining.json.
import assert from 'node:assert/strict';
import { cat, hex, unhex } from '../tacet/bytes.js';
import { kemPair } from '../tacet/crypto.js';
import * as jo from '../tacet/joining.js';
import * as names from '../tacet/names.js';
import * as st from '../tacet/statements.js';
import { is, onlyAsItIs, pairOf, refuses } from './vector.js';

const KEYS = ['old', 'new', 'third', 'recovery_key'];

function openLists(v, nid, ark) {
  let previous;
  for (const o of v.lists) {
    const before = previous;
    const read = (b) => st.readDeviceList(b, nid, ark, before, v.now_ms);
    const l = read(unhex(o.statement));
    is(cat(st.listBody(l), unhex(o.statement).subarray(l.body.length)), o.statement, 'list written back');
    assert.deepEqual(
      [l.version, l.made, hex(l.previous), hex(l.signer), hex(l.hash), st.isRecovered(l) ? 1 : 0],
      [o.version, o.made_ms, o.previous, o.signer, o.hash, o.recovered]);
    assert.deepEqual(l.devices.map((d) => [hex(d.did), hex(d.dsk), d.role, d.added, d.capabilities]),
                     o.devices.map((d) => [d.did, d.dsk, d.role, d.added_ms, d.capabilities]));
    assert.deepEqual(l.revoked.map((d) => [hex(d.did), d.at]), o.revoked.map((d) => [d.did, d.at_version]));
    onlyAsItIs(unhex(o.statement), read, 'a list with a recovery key');
    previous = l;
  }
}

function openLink(o, nid, aid) {
  const k = jo.readDeviceLink(o.link);
  assert.equal(jo.writeDeviceLink(k), o.link);
  for (const [got, want] of [[k.nid, hex(nid)], [k.aid, hex(aid)], [k.pin, o.pin], [k.secret, o.secret],
                             [jo.slotOf(k), o.slot], [jo.keyOf(k), o.key]])
    is(got, want, 'a device link');
  assert.equal(k.address, o.address);
  onlyAsItIs(Buffer.from(o.link), (b) => jo.readDeviceLink(b.toString('latin1')), 'a device link');
  refuses(() => names.readInvitation(o.link), 'malformed', 'a device link as an invitation');
  return k;
}

function openAsk(o, k, device) {
  const a = jo.readBox(k, unhex(o.box));
  is(a.did, hex(device.did), 'did of an ask');
  is(a.dsk, hex(device.dsk.public), 'DSK of an ask');
  is(a.point, hex(pairOf(o.point).public), 'point of an ask');
  is(kemPair(unhex(o.kem.seed)).publicKey, o.kem.public, 'ML-KEM key');
  is(st.kemDigest(unhex(o.kem.public)), o.kem.digest, 'digest of it');
  is(a.kem, o.kem.public, 'ML-KEM key of an ask');
  assert.equal(a.name, o.name);
  is(a.body, o.ask, 'ask');
  is(jo.ask(a), o.ask, 'ask written back');
  is(a.signature, o.signature, 'signature of an ask');
  is(jo.box(k, cat(a.body, a.signature), unhex(o.box).subarray(0, 12)), o.box, 'box');
  onlyAsItIs(unhex(o.box), (b) => jo.readBox(k, b), 'a box');
  refuses(() => jo.readBox({ ...k, secret: device.dsk.private.subarray(0, 32) }, unhex(o.box)), 'forged', 'link');
  assert.equal(jo.code(k, a.body), o.code);
  assert.notEqual(jo.code(k, jo.ask({ ...a, name: 'another' })), o.code);
  return a;
}

function openAnswer(v, k, a) {
  const o = v.answer;
  const keys = { point: unhex(v.ask.point.private), kem: unhex(v.ask.kem.seed) };
  const read = (b) => jo.readAnswer(k, a, keys, b, v.now_ms);
  const x = read(unhex(o.answer));
  assert.deepEqual([x.domain, x.handle, hex(x.root), hex(x.ark), hex(x.list), hex(x.shared)],
                   [o.domain, o.handle, v.root.public, v.account.ark.private, v.lists[1].statement, o.shared]);
  onlyAsItIs(unhex(o.answer), read, 'an answer');
  refuses(() => jo.readAnswer(k, { ...a, name: 'another' }, keys, unhex(o.answer)), 'forged', 'another ask');
}

function openRecovery(v, nid, aid) {
  const o = v.recovery;
  const r = jo.readLetters(o.letters);
  is(r, o.r, 'letters');
  assert.equal(jo.letters(r), o.letters);
  is(jo.readLetters(` ${o.letters.toUpperCase().replaceAll(' ', '-')}\n`), o.r, 'letters otherwise written');
  for (const bad of [o.letters.slice(1), `${o.letters}a`, o.letters.replace(/^./, '0')])
    refuses(() => jo.readLetters(bad), 'malformed', 'letters');
  is(jo.recoverySlot(r, nid), o.slot, 'slot of letters');
  const read = (b) => jo.readBlob(r, nid, b);
  const x = read(unhex(o.blob));
  assert.deepEqual([hex(x.aid), x.domain, x.handle, hex(x.ark), hex(x.dsk)],
                   [hex(aid), v.answer.domain, v.answer.handle, v.account.ark.private,
                    v.account.recovery_key.dsk.private]);
  is(jo.blob(r, nid, x, unhex(o.blob).subarray(0, 12)), o.blob, 'blob written back');
  onlyAsItIs(unhex(o.blob), read, 'a blob');
}

export function joining(v) {
  const nid = unhex(v.nid), ark = pairOf(v.account.ark).public;
  is(names.networkId(pairOf(v.root).public, v.answer.domain), v.nid, 'nid');
  const aid = names.accountId(nid, ark);
  is(aid, v.account.aid, 'aid');
  const devices = Object.fromEntries(KEYS.map((name) => {
    const dsk = pairOf(v.account[name].dsk);
    is(names.deviceId(aid, dsk.public), v.account[name].did, 'did');
    return [name, { dsk, did: unhex(v.account[name].did) }];
  }));
  openLists(v, nid, ark);
  const k = openLink(v.link, nid, aid);
  const a = openAsk(v.ask, k, devices.new);
  openAnswer(v, k, a);
  openRecovery(v, nid, aid);
}
