// SPDX-License-Identifier: Apache-2.0
// odd_rooms: room states that say something odd, of PROTOCOL 4.9.
import { cat, compare, label, require, u8, zeros } from '../tacet/bytes.js';
import { sign } from '../tacet/crypto.js';
import * as rooms from '../tacet/rooms.js';
import { fill, says, set } from './bend.js';

const YEAR_S = 31536000, HOUR = 3600000;
const OTHER = fill(32, 0xff); // another network

const inOrder = (members) =>
  [...members].sort((a, b) => compare(cat(u8(a.network), a.aid), cat(u8(b.network), b.aid)));
const of = (...members) => ({ members: inOrder(members) });
const moderating = (m) => ({ ...m, role: 2 });
const plain = (m) => ({ ...m, role: 1 });
const crowd = (first, n) => inOrder([first, ...Array.from({ length: n - 1 }, (_, i) =>
  plain({ ...first, aid: cat(u8(i >> 8), u8(i & 255), fill(30, 9)) }))]);

// Makes states, and writes down what is said of them.
class Founder {
  constructor(p, draw, now) {
    Object.assign(this, { p, now, alice: p.alice.devices[0], bob: p.bob.devices[0] });
    this.genesis = { room: draw.bytes(32), version: 1, previous: zeros(32), made: now - 9,
                     signer: { ...this.alice }, networks: [p.nid], home: 0, members: [], ttl: 0, burn: 0,
                     posting: 1, name: Buffer.alloc(0) };
  }

  // Who signs a state; nobody for a successor.
  signerOf(s) {
    if (s.signer === null) return null;
    return s.signer.did.equals(this.bob.did) ? this.bob : this.alice;
  }

  write(s, before = null, bend = (b) => b) {
    const body = bend(rooms.stateBody(s));
    const by = this.signerOf(s);
    const name = by ? 'tacet1 room' : 'tacet1 room successor';
    const key = by ? by.dsk.private : this.p.directory.private;
    return { s, before, hash: rooms.stateHash(this.p.nid, body),
             id: before ? s.room : rooms.roomId(this.p.nid, body),
             statement: cat(body, sign(key, label(name), this.p.nid, body)) };
  }

  first(change, bend) { return this.write({ ...this.genesis, ...change }, null, bend); }

  next(before, change) {
    return this.write({ ...before.s, room: before.id, version: before.s.version + 1, previous: before.hash,
                        made: this.now - 8, ...change }, before);
  }

  read(x) {
    const by = this.signerOf(x.s);
    require(!by || by.did.equals(x.s.signer.did), 'a device that no list has', 'forged');
    return rooms.readState(x.statement, by ? by.dsk.public : this.p.directory.public,
                           x.before ? this.read(x.before) : undefined, () => false, this.now);
  }

  commit(x) {
    const said = { room: x.id, version: x.s.version, hash: x.hash, previous: x.s.previous, time: this.now };
    return rooms.commit(said, this.p.nid, this.p.directory.private);
  }

  odd(kind, what, x) {
    const chain = x.before?.before ? [x.before.before, x.before, x] : x.before ? [x.before, x] : [x];
    return { kind, what, statement: x.statement, before: chain.slice(0, -1).map((y) => y.statement),
             commits: chain.map((y) => this.commit(y)),
             signers: chain.map((y) => (this.signerOf(y.s) === this.bob ? 'bob' : 'alice')),
             says: says(() => this.read(x)) };
  }
}

function cast(p) {
  const member = (aid, role, network = 0) => ({ network, aid, role, since: 1 });
  return { alice: member(p.alice.aid, 2), bob: member(p.bob.aid, 1), carol: member(fill(32, 0x80), 1),
           far: member(fill(32, 3), 1, 1), two: { networks: [p.nid, OTHER], home: 0 } };
}

function genesisCases(f) {
  const { alice, bob, far, two } = cast(f.p);
  const both = of(alice, bob);
  return [
    ['plain', both], ['version 0', { ...both, version: 0 }],
    ['genesis with a previous', { ...both, previous: fill(32, 1) }],
    ['no moderator', of(plain(alice), bob)], ['founded by a member', of(plain(alice), moderating(bob))],
    ['founded by a stranger', of(moderating(bob))], ['alone', of(alice)],
    ['role 0', of(alice, { ...bob, role: 0 })], ['role 3', of(alice, { ...bob, role: 3 })],
    ['role 5', of(alice, { ...bob, role: 5 })], ['role 6', of(alice, { ...bob, role: 6 })],
    ['since 0', of(alice, { ...bob, since: 0 })], ['since 2', of(alice, { ...bob, since: 2 })],
    ['members out of order', { members: inOrder([alice, bob]).reverse() }],
    ['a member twice', { members: [alice, alice] }], ['no member', {}],
    ['1,016 members', { members: crowd(alice, 1016) }], ['1,017 members', { members: crowd(alice, 1017) }],
    ['no network', { ...both, networks: [] }], ['two networks', { ...two, ...of(alice, bob, far) }],
    ['networks out of order', { networks: [OTHER, f.p.nid], home: 1,
                                ...of({ ...alice, network: 1 }, { ...far, network: 0 }) }],
    ['a network without a member', { ...two, ...both }], ['home out of range', { ...both, home: 1 }],
    ['another network than home signed', { ...two, home: 1, ...of(alice, far) }],
    ['ttl of a year', { ...both, ttl: YEAR_S }], ['ttl of more', { ...both, ttl: YEAR_S + 1 }],
    ['burn-on-read of more', { ...both, burn: YEAR_S + 1 }], ['posting 0', { ...both, posting: 0 }],
    ['posting 3', { ...both, posting: 3 }], ['history 1', both, (b) => set(b, -3, 1)],
    ['kx 2', both, (b) => set(b, -2, 2)], ['a name', { ...both, name: fill(255, 7) }],
    ['from later', { ...both, made: f.now + HOUR + 1 }], ['genesis by nobody', { ...both, signer: null }],
  ].map(([what, change, bend]) => f.odd('genesis', what, f.first(change, bend)));
}

function stateCases(f) {
  const { alice, bob, carol, far, two } = cast(f.p);
  const pair = f.first(of(alice, bob)), led = f.first(of(alice, bob, carol));
  const lone = f.next(led, of(bob, carol)); // alice left, nobody moderates
  const shared = f.first(of(alice, moderating(bob)));
  const handed = f.next(shared, of(plain(alice), moderating(bob))); // alice is a plain member now
  const wide = f.first({ ...two, ...of(alice, bob, far) }), wideLone = f.first({ ...two, ...of(alice, far) });
  const bobs = f.first({ ...of(plain(alice), moderating(bob), carol), signer: { ...f.bob } });
  const bobGone = f.next(bobs, of(plain(alice), carol));
  const byAlice = { signer: { ...f.alice } };
  return [
    ['nothing new', pair, {}], ['another ttl', pair, { ttl: 60 }],
    ['dated before', pair, { made: f.now - 10 }],
    ['version 3', pair, { version: 3 }], ['another room', pair, { room: fill(32, 1) }],
    ['another previous', pair, { previous: fill(32, 1) }],
    ['who is new since 1', pair, of(alice, bob, carol)],
    ['who is new since 2', pair, of(alice, bob, { ...carol, since: 2 })],
    ['who was there since 2', pair, of(alice, { ...bob, since: 2 })],
    ['bob moderates too', pair, of(alice, moderating(bob))],
    ['nobody moderates', pair, of(plain(alice), bob)],
    ['the last moderator leaves', led, of(bob, carol)],
    ['the last moderator leaves and changes', led, { ...of(bob, carol), ttl: 60 }],
    ['the last moderator leaves and throws out', led, of(bob)],
    ['one of two moderators leaves', shared, of(moderating(bob))],
    ['one leaves and makes nobody moderate', shared, of(bob)],
    ['a member leaves', handed, of(moderating(bob))], ['a member changes', handed, { ttl: 60 }],
    ['a member leaves and changes', handed, { ...of(moderating(bob)), ttl: 60 }],
    ['a member changes nothing', handed, {}], ['a member throws out', handed, of(plain(alice))],
    ['a stranger changes', lone, { ttl: 60 }],
    ['a member leaves a room that nobody moderates', bobGone, { ...of(carol), ...byAlice }],
    ['home moves', wide, { home: 1 }], ['the far one goes, its network stays', wide, of(alice, bob)],
    ['the far one goes with its network', wide, { ...of(alice, bob), networks: [f.p.nid], home: 0 }],
    ['the last of the home network leaves', wideLone,
     { ...of({ ...far, network: 0 }), networks: [OTHER], home: 0 }],
    ['another device of hers signs', pair, { signer: { ...f.alice, did: fill(16, 1) } }],
    ['she signs as of another network', pair, { signer: { ...f.alice, nid: OTHER } }],
  ].map(([what, before, change]) => f.odd('state', what, f.next(before, change)));
}

function successorCases(f) {
  const { alice, bob, carol } = cast(f.p);
  const led = f.first(of(alice, bob, carol)), lone = f.next(led, of(bob, carol));
  const [first, second] = inOrder([bob, carol]);
  return [
    ['the first in order', lone, of(moderating(first), second)],
    ['the second in order', lone, of(first, moderating(second))],
    ['both', lone, of(moderating(first), moderating(second))], ['nobody', lone, {}],
    ['and another ttl', lone, { ...of(moderating(first), second), ttl: 60 }],
    ['while alice moderates', led, of(alice, moderating(first), second)],
  ].map(([what, before, change]) => f.odd('successor', what, f.next(before, { ...change, signer: null })));
}

export function oddRooms(p, draw, now) {
  const f = new Founder(p, draw, now);
  return [...genesisCases(f), ...stateCases(f), ...successorCases(f)];
}
