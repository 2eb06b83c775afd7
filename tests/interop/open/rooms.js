// SPDX-License-Identifier: Apache-2.0
// rooms: device_lists.json, policies.json, rooms.json, rosters.json.
import assert from 'node:assert/strict';
import { cat, hex, isZero, Refused, same, unhex } from '../tacet/bytes.js';
import * as names from '../tacet/names.js';
import * as rooms from '../tacet/rooms.js';
import * as ros from '../tacet/roster.js';
import { listBody, readDeviceList } from '../tacet/statements.js';
import { is, onlyAsItIs, pairOf, refuses } from './vector.js';

function openPerson(o) {
  const nid = unhex(o.nid);
  const aid = names.accountId(nid, pairOf(o.ark).public);
  is(aid, o.aid, 'aid');
  for (const d of o.devices) is(names.deviceId(aid, pairOf(d.dsk).public), d.did, 'did');
  return { nid, aid, ark: unhex(o.ark.public),
           devices: o.devices.map((d) => ({ did: unhex(d.did), dsk: unhex(d.dsk.public) })) };
}

// What was read, as it stands in the vector; and the body written back.
function whole(o, said, body) {
  is(body, o.body, 'body');
  is(body, hex(said.body), 'body as it was read');
  is(cat(body, unhex(o.statement).subarray(body.length)), o.statement, 'statement written back');
}

export function deviceLists(v) {
  const nid = unhex(v.nid);
  const who = openPerson(v.account);
  is(who.nid, v.nid);
  let previous;
  for (const o of v.lists) {
    const before = previous;
    const read = (b) => readDeviceList(b, nid, who.ark, before, v.now_ms);
    const l = read(unhex(o.statement));
    whole(o, l, listBody(l));
    assert.deepEqual([l.version, l.made, hex(l.previous), hex(l.signer), hex(l.hash)],
                     [o.version, o.made_ms, o.previous, o.signer, o.hash]);
    assert.deepEqual(l.devices.map((d) => [hex(d.did), hex(d.dsk), d.added]),
                     o.devices.map((d) => [d.did, d.dsk, d.added_ms]));
    assert.deepEqual(l.revoked.map((d) => [hex(d.did), d.at, d.reason]),
                     o.revoked.map((d) => [d.did, d.at_version, d.reason]));
    onlyAsItIs(unhex(o.statement), read, 'a device list');
    readDeviceList(unhex(o.statement), nid, who.ark, undefined, v.now_ms);
    if (before) refuses(() => readDeviceList(unhex(o.statement), nid, who.ark, l), undefined, 'after itself');
    previous = l;
  }
}

export function policies(v) {
  const nid = unhex(v.nid);
  const root = pairOf(v.root);
  let previous;
  for (const o of v.policies) {
    const before = previous;
    const read = (b) => rooms.readPolicy(b, nid, root.public, before, v.now_ms);
    const p = read(unhex(o.statement));
    whole(o, p, rooms.policyBody(p));
    assert.deepEqual([p.number, hex(p.previous), p.made, p.from, p.profile, hex(p.hash)],
                     [o.number, o.previous, o.made_ms, o.from_ms, o.profile, o.hash]);
    const r = p.retention ?? { aid: Buffer.alloc(32), scope: 0, strict: false, days: 0, rooms: [] };
    assert.deepEqual([p.retention ? 1 : 0, hex(r.aid), r.scope, r.strict ? 1 : 0, r.days, r.rooms.map(hex)],
                     [o.retains, o.aid, o.scope, o.strict, o.days, o.rooms.map((x) => x.room)]);
    onlyAsItIs(unhex(o.statement), read, 'a policy');
    rooms.readPolicy(unhex(o.statement), nid, root.public);
    previous = p;
  }
}

const expectedState = (o, s) => [
  [hex(s.version === 1 ? s.room : s.id), hex(s.id), s.version, hex(s.previous), s.made, s.home, s.ttl, s.burn,
   s.posting, hex(s.name), hex(s.hash)],
  [s.version === 1 ? o.seed : o.room, o.room, o.version, o.previous, o.made_ms, o.home, o.ttl_s, o.burn_s,
   o.posting, o.name_box, o.hash]];

function openCommit(o, s, directory) {
  const home = s.networks[s.home];
  const read = (b) => rooms.readCommit(b, home, directory);
  const c = read(unhex(o.statement));
  whole(o, c, rooms.commitBody(c));
  assert.deepEqual([hex(c.room), c.version, hex(c.hash), hex(c.previous), c.time],
                   [hex(s.id), s.version, hex(s.hash), hex(s.previous), o.time_ms]);
  onlyAsItIs(unhex(o.statement), read, 'a commit');
}

// Others than the one that signed may not make this state.
function onlyBy(o, s, before, key, directory, seed) {
  const statement = unhex(o.statement);
  refuses(() => rooms.readState(statement, s.signer ? directory : key, before, () => true), 'forged');
  if (s.version > 1) refuses(() => rooms.readState(statement, key, undefined), undefined, 'as genesis');
  assert.equal(o.seed, seed);
  if (s.signer) return;
  const moderated = { ...before, members: before.members.map((m) => ({ ...m, role: rooms.MODERATOR })) };
  refuses(() => rooms.readState(statement, directory, moderated, () => false), undefined,
          'a successor while somebody moderates');
}

export function roomStates(v) {
  const directory = pairOf(v.directory).public;
  const alice = openPerson(v.alice);
  let previous;
  for (const o of v.states) {
    const before = previous;
    const by = { nid: unhex(o.signer.nid), aid: unhex(o.signer.aid), did: unhex(o.signer.did) };
    const device = alice.devices.find((d) => same(d.did, by.did));
    const key = device ? device.dsk : directory;
    const read = (b) => rooms.readState(b, key, before, undefined, v.now_ms);
    const s = read(unhex(o.statement));
    whole(o, s, rooms.stateBody(s));
    assert.deepEqual(...expectedState(o, s));
    assert.equal(s.signer === null, isZero(by.did) && isZero(by.aid) && isZero(by.nid));
    if (s.signer) for (const field of ['nid', 'aid', 'did']) is(s.signer[field], o.signer[field]);
    assert.deepEqual(s.networks.map(hex), o.networks.map((n) => n.nid));
    assert.deepEqual(s.members.map((m) => [m.network, hex(m.aid), m.role, m.since]),
                     o.members.map((m) => [m.network, m.aid, m.role, m.since]));
    openCommit(o.commit, s, directory);
    onlyAsItIs(unhex(o.statement), read, 'a room state');
    onlyBy(o, s, before, alice.devices[1].dsk, directory, v.states[0].seed);
    previous = s;
  }
}

// The room of a pair is that of two of the accounts, or of one with itself; a third is there for
// retention.
function isPairOf(o, r) {
  const sides = r.accounts.map((a) => ({ nid: r.networks[a.network].nid, aid: a.aid }));
  return sides.some((a) => sides.some((b) => hex(names.pairRoom(a, b)) === o.room));
}

function openRoster(o) {
  const bytes = unhex(o.roster);
  const r = ros.readRoster(bytes);
  is(ros.roster(r), o.roster, 'roster written back');
  is(ros.rosterDigest(bytes), o.digest);
  assert.deepEqual([hex(r.room), r.stateVersion, hex(r.stateHash), r.skipped.map((d) => hex(d.did)).join('')],
                   [o.room, o.state_version, o.state_hash, o.skipped]);
  assert.deepEqual(r.networks.map((n) => [hex(n.nid), n.policyVersion, hex(n.policyHash)]),
                   o.networks.map((n) => [n.nid, n.policy_version, n.policy_hash]));
  assert.deepEqual(r.accounts.map((a) => [a.network, hex(a.aid), a.listVersion, hex(a.listHash)]),
                   o.accounts.map((a) => [a.network, a.aid, a.list_version, a.list_hash.slice(0, 32)]));
  const lists = o.accounts.map((a) => ({ aid: unhex(a.aid), version: a.list_version, hash: unhex(a.list_hash),
                                         devices: a.devices.map((d) => ({ did: unhex(d.did) })) }));
  assert.deepEqual(ros.recipients(r, lists, unhex(o.sender)).map((d) => hex(d.did)),
                   o.recipients.map((d) => d.did));
  if (r.stateVersion === 0) assert.ok(isPairOf(o, r), 'room of a pair');
  onlyAsItIs(bytes, (b) => {
    ros.readRoster(b);
    if (hex(ros.rosterDigest(b)) !== o.digest) throw new Refused('forged', 'another roster');
  }, 'a roster');
}

export function rosters(v) {
  for (const name of ['own_devices', 'two_networks', 'retained', 'room']) openRoster(v[name]);
}
