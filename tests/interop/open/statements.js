// SPDX-License-Identifier: Apache-2.0
// statements: statements.json, safety.json.
import assert from 'node:assert/strict';
import { cat, hex, Refused, same, unhex } from '../tacet/bytes.js';
import { kemPair, sha256 } from '../tacet/crypto.js';
import * as names from '../tacet/names.js';
import * as ros from '../tacet/roster.js';
import { DAY } from '../tacet/signed.js';
import * as st from '../tacet/statements.js';
import { is, onlyAsItIs, pairOf, refuses } from './vector.js';

// Opened, refused when it is anything else, and written back.
function whole(o, read, body, expected, what) {
  const statement = unhex(o.statement);
  const said = read(statement);
  is(cat(body(said), statement.subarray(body(said).length)), o.statement, `${what} written back`);
  is(body(said), hex(said.body), `body of ${what}`);
  for (const [name, value] of Object.entries(expected)) {
    if (Buffer.isBuffer(said[name])) is(said[name], value, `${name} of ${what}`);
    else assert.equal(said[name], value, `${name} of ${what}`);
  }
  onlyAsItIs(statement, read, what);
  return said;
}

function openPerson(o, nid) {
  const ark = pairOf(o.ark);
  const aid = names.accountId(nid, ark.public);
  is(aid, o.aid, 'aid');
  const devices = o.devices.map((d) => {
    const dsk = pairOf(d.dsk);
    is(names.deviceId(aid, dsk.public), d.did, 'did');
    return { dsk, did: unhex(d.did) };
  });
  return { ark, aid, devices, nid };
}

function openLists(lists, who, nid, now) {
  let previous;
  return lists.map((o) => {
    const before = previous;
    previous = whole(
      o, (s) => st.readDeviceList(s, nid, who.ark.public, before, now), st.listBody,
      { version: o.version, previous: o.previous, made: o.made_ms, signer: o.signer, hash: o.hash },
      'a device list');
    return previous;
  });
}

function openDirectory(v, nid, root, alice) {
  const now = v.now_ms;
  const key = pairOf(v.certificate.key);
  const c = v.certificate, d = v.directory, k = v.server_keys;
  const certificate = (s) => st.readCertificate(s, nid, root.public, now);
  whole(c, certificate, st.certificateBody,
        { key: hex(key.public), name: c.name, made: c.made_ms, expires: c.expires_ms }, 'the certificate');
  refuses(() => st.readCertificate(unhex(c.statement), nid, root.public, c.expires_ms), 'expired');
  st.readCertificate(unhex(c.statement), nid, root.public, c.expires_ms - 1);
  const said = whole(d, (s) => st.readDirectory(s, nid, key.public, now), st.directoryBody,
                     { number: d.number, role: d.role, state: d.state, made: d.made_ms,
                       handle: d.handle, aid: hex(alice.aid), ark: hex(alice.ark.public) },
                     'a directory statement');
  refuses(() => st.readDirectory(unhex(d.statement), nid, key.public, said.made - 3600001), 'clock');
  st.readDirectory(unhex(d.statement), nid, key.public, said.made - 3600000);
  const keys = whole(k, (s) => st.readServerKeys(s, nid, key.public, now), st.serverKeysBody,
                     { number: k.number, made: k.made_ms }, 'server keys');
  assert.deepEqual(keys.pins.map(hex), k.pins.map((p) => p.pin));
}

function openPrekey(v, nid, alice, lists) {
  const o = v.prekey;
  const device = alice.devices.find((d) => hex(d.did) === o.did);
  const { dsk } = device;
  const kem = kemPair(unhex(o.kem.seed));
  is(kem.publicKey, o.kem.public, 'ML-KEM key');
  is(st.kemDigest(unhex(o.kem.public)), o.kem.digest, 'digest of it');
  const said = whole(o, (s) => st.readPrekey(s, nid, dsk.public, v.now_ms), st.prekeyBody,
                     { did: o.did, aid: hex(alice.aid), number: o.number, made: o.made_ms,
                       listVersion: o.list_version, listHash: o.list_hash, kemDigest: o.kem.digest,
                       point: hex(pairOf(o.key).public) }, 'a prekey');
  assert.equal(said.expires, o.made_ms + 37 * DAY);
  is(lists.find((l) => l.version === said.listVersion).hash, o.list_hash, 'list that a prekey names');
  onlyAsItIs(unhex(o.kem.public), (key) => st.checkKemKey(said, key), 'ML-KEM key');
  openSignin(v.signin, nid, dsk);
}

function openSignin(s, nid, dsk) {
  whole(s, (b) => st.readSignin(b, nid, dsk.public), st.signinBody,
        { did: s.did, domain: s.domain, binding: s.binding, generation: s.generation }, 'a sign-in');
}

function openRoster(v, nid, people, lists) {
  const o = v.roster;
  const bytes = unhex(o.roster);
  const r = ros.readRoster(bytes);
  is(ros.roster(r), o.roster, 'roster written back');
  onlyAsItIs(bytes, (b) => {
    ros.readRoster(b);
    if (!same(ros.rosterDigest(b), unhex(o.digest))) throw new Refused('forged', 'another roster');
  }, 'a roster');
  is(names.pairRoom(people[0], people[1]), o.room, 'room of a pair');
  is(names.pairRoom(people[1], people[0]), o.room, 'and the other way round');
  is(r.room, o.room);
  assert.deepEqual(r.skipped.map((d) => hex(d.did)), [o.skipped]);
  const byAccount = r.accounts.map((a) =>
    lists.find((l) => same(l.aid, a.aid) && l.version === a.listVersion));
  const sender = people[0].devices[1].did;
  const to = ros.recipients(r, byAccount, sender);
  const expected = byAccount.flatMap((l) => l.devices.map((d) => hex(d.did)))
    .filter((did) => did !== hex(sender) && did !== o.skipped);
  assert.deepEqual(to.map((d) => hex(d.did)), expected);
}

function openInvitation(o, nid) {
  const i = names.readInvitation(o.link);
  assert.equal(names.writeInvitation(i), o.link);
  assert.equal(names.readInvitation(` ${o.link}\n`).address, o.address, 'white space around it');
  is(i.nid, hex(nid));
  is(i.pin, o.pin);
  is(i.token, o.token);
  assert.equal(i.address, o.address);
  is(sha256(i.token), o.token_hash);
  onlyAsItIs(Buffer.from(o.link), (b) => names.readInvitation(b.toString('latin1')), 'a link');
}

// What is signed as one thing is no other thing.
function separate(v, nid, root, alice) {
  const directory = unhex(v.certificate.key.public);
  const dsk = alice.devices[1].dsk.public;
  const kinds = {
    certificate: (s) => st.readCertificate(s, nid, root.public),
    directory: (s) => st.readDirectory(s, nid, directory),
    server_keys: (s) => st.readServerKeys(s, nid, directory),
    prekey: (s) => st.readPrekey(s, nid, dsk),
    signin: (s) => st.readSignin(s, nid, dsk),
    list: (s) => st.readDeviceList(s, nid, alice.ark.public),
  };
  for (const [name, read] of Object.entries(kinds))
    for (const other of Object.keys(kinds).filter((x) => x !== name))
      refuses(() => read(unhex((v[other] ?? v.alice_lists[0]).statement)), undefined, `${other} as ${name}`);
}

export function statements(v) {
  const nid = unhex(v.nid);
  const root = pairOf(v.root);
  is(names.networkId(root.public, v.domain), v.nid, 'nid');
  const alice = openPerson(v.alice, nid), bob = openPerson(v.bob, nid);
  openDirectory(v, nid, root, alice);
  const of = [openLists(v.alice_lists, alice, nid, v.now_ms), openLists(v.bob_lists, bob, nid, v.now_ms)];
  openPrekey(v, nid, alice, of[0]);
  openRoster(v, nid, [alice, bob], of.flat());
  openInvitation(v.invitation, nid);
  separate(v, nid, root, alice);
}

export function safety(v) {
  const sides = v.sides.map((s) => ({ nid: unhex(s.nid), aid: unhex(s.aid), ark: unhex(s.ark) }));
  for (const s of sides) is(names.accountId(s.nid, s.ark), hex(s.aid), 'aid');
  for (const order of [sides, [...sides].reverse()]) {
    const got = names.safety(...order);
    is(got.s, v.s);
    assert.equal(got.digits, v.digits);
    assert.equal(got.qr, v.qr);
  }
  for (const field of ['nid', 'aid', 'ark']) {
    const changed = Buffer.from(sides[0][field]);
    changed[changed.length - 1] ^= 1;
    assert.notEqual(hex(names.safety({ ...sides[0], [field]: changed }, sides[1]).s), v.s);
  }
}
