// SPDX-License-Identifier: Apache-2.0
// odd_rooms: room states that say something odd, of PROTOCOL 4.9; `before` is the chain that they follow.
import { cat, compare, label, u8, zeros } from '../tacet/bytes.js';
import { sign } from '../tacet/crypto.js';
import * as rooms from '../tacet/rooms.js';

const fill = (n, x) => Buffer.alloc(n, x);
const inOrder = (members) =>
  [...members].sort((a, b) => compare(cat(u8(a.network), a.aid), cat(u8(b.network), b.aid)));

function set(b, at, x) {
  const out = Buffer.from(b);
  out[at < 0 ? b.length + at : at] = x;
  return out;
}

export function oddRooms(p, draw, says, now) {
  const d = p.alice.devices[0], other = fill(32, 0xff);
  const alice = { network: 0, aid: p.alice.aid, role: 2, since: 1 };
  const bob = { network: 0, aid: p.bob.aid, role: 1, since: 1 };
  const carol = { network: 0, aid: fill(32, 0x80), role: 1, since: 1 };
  const far = { network: 1, aid: fill(32, 3), role: 1, since: 1 };

  const write = (s, successor, bend = (b) => b) => {
    const body = bend(rooms.stateBody(s));
    const by = s.signer?.did.equals(p.bob.devices[0].did) ? p.bob.devices[0] : d;
    const key = successor ? p.directory.private : by.dsk.private;
    const name = successor ? 'tacet1 room successor' : 'tacet1 room';
    const statement = cat(body, sign(key, label(name), p.nid, body));
    return { s, statement, hash: rooms.stateHash(p.nid, body), id: s.version === 1 ? rooms.roomId(p.nid, body) : s.room };
  };
  const genesis = { room: draw.bytes(32), version: 1, previous: zeros(32), made: now - 9, signer: { ...d },
                    networks: [p.nid], home: 0, members: inOrder([alice, bob]), ttl: 0, burn: 0, posting: 1,
                    name: Buffer.alloc(0) };
  const next = (before, change) =>
    ({ ...before.s, room: before.id, version: before.s.version + 1, previous: before.hash, made: now - 8, ...change });
  const of = (...members) => ({ members: inOrder(members) });
  const two = { networks: [p.nid, other].sort(compare), home: compare(p.nid, other) < 0 ? 0 : 1 };

  const plain = write(genesis);
  const led = write({ ...genesis, ...of(alice, bob, carol) });
  const lone = write(next(led, of(bob, carol)));                      // alice left, nobody moderates
  const member = write({ ...genesis, ...of(alice, { ...bob, role: 2 }) });
  const handed = write(next(member, of({ ...alice, role: 1 }, { ...bob, role: 2 }))); // alice is a member
  const orphan = write(next(led, { ...of(bob, carol), networks: [p.nid] }));
  const wide = write({ ...genesis, ...two, ...of(alice, bob, far) });
  const tail = (back, x) => (b) => set(b, b.length - back, x);
  const name = (b) => b.length - 1;

  const first = [
    ['plain', {}], ['version 0', { version: 0 }], ['genesis with a previous', { previous: fill(32, 1) }],
    ['no moderator', of({ ...alice, role: 1 }, bob)], ['founded by a member', of({ ...alice, role: 1 }, { ...bob, role: 2 })],
    ['founded by a stranger', of({ ...bob, role: 2 })], ['alone', of(alice)],
    ['role 0', of(alice, { ...bob, role: 0 })], ['role 3', of(alice, { ...bob, role: 3 })],
    ['role 5', of(alice, { ...bob, role: 5 })], ['role 6', of(alice, { ...bob, role: 6 })],
    ['since 0', of(alice, { ...bob, since: 0 })], ['since 2', of(alice, { ...bob, since: 2 })],
    ['members out of order', { members: inOrder([alice, bob]).reverse() }], ['a member twice', { members: [alice, alice] }],
    ['no member', { members: [] }], ['no network', { networks: [] }], ['two networks', { ...two, ...of(alice, bob, far) }],
    ['networks out of order', { networks: [other, p.nid].sort(compare).reverse(), home: 1 - two.home, ...of({ ...alice, network: 1 }, { ...far, network: 0 }) }],
    ['a network without a member', { ...two }], ['home out of range', { home: 1 }],
    ['another network than home signed', { ...two, home: 1 - two.home, ...of(alice, far) }],
    ['ttl of a year', { ttl: 31536000 }], ['ttl of more', { ttl: 31536001 }], ['burn of more', { burn: 31536001 }],
    ['posting 0', { posting: 0 }], ['posting 3', { posting: 3 }], ['history 1', {}, (b) => set(b, name(b) - 2 + 0, 1)],
    ['kx 2', {}, tail(2, 2)], ['a name', { name: fill(255, 7) }], ['from later', { made: now + 3600001 }],
    ['genesis by nobody', { signer: null }, undefined, true]];
  const later = [
    ['nothing new', plain, {}], ['another ttl', plain, { ttl: 60 }], ['dated before', plain, { made: now - 10 }],
    ['version 3', plain, { version: 3 }], ['another room', plain, { room: fill(32, 1) }],
    ['another previous', plain, { previous: fill(32, 1) }],
    ['who is new since 1', plain, of(alice, bob, carol)], ['who is new since 2', plain, of(alice, bob, { ...carol, since: 2 })],
    ['who was there since 2', plain, of(alice, { ...bob, since: 2 })],
    ['bob moderates too', plain, of(alice, { ...bob, role: 2 })], ['nobody moderates', plain, of({ ...alice, role: 1 }, bob)],
    ['the last moderator leaves', led, of(bob, carol)], ['the last moderator leaves and changes', led, { ...of(bob, carol), ttl: 60 }],
    ['the last moderator leaves and throws out', led, of(bob)],
    ['one of two moderators leaves', member, of({ ...bob, role: 2 })],
    ['one leaves and makes nobody moderate', member, of(bob)],
    ['a member leaves', handed, of({ ...bob, role: 2 })], ['a member changes', handed, { ttl: 60 }],
    ['a member leaves and changes', handed, { ...of({ ...bob, role: 2 }), ttl: 60 }],
    ['a member changes nothing', handed, {}],
    ['a member throws out', handed, of({ ...alice, role: 1 })],
    ['home moves', wide, { home: 1 - two.home }], ['the far one goes, its network stays', wide, of(alice, bob)],
    ['the far one goes with its network', wide, { ...of(alice, bob), networks: [p.nid], home: 0 }],
    ['the stranger of a lone room signs', lone, { ttl: 60 }]];
  const successors = [
    ['bob or carol, the first in order', lone, of({ ...inOrder([bob, carol])[0], role: 2 }, inOrder([bob, carol])[1])],
    ['the second in order', lone, of(inOrder([bob, carol])[0], { ...inOrder([bob, carol])[1], role: 2 })],
    ['both', lone, of({ ...bob, role: 2 }, { ...carol, role: 2 })], ['nobody', lone, {}],
    ['and another ttl', lone, { ...of({ ...inOrder([bob, carol])[0], role: 2 }, inOrder([bob, carol])[1]), ttl: 60 }],
    ['while alice moderates', led, of(alice, { ...inOrder([bob, carol])[0], role: 2 }, inOrder([bob, carol])[1])]];

  const b = p.bob.devices[0];
  const bobLed = write({ ...genesis, ...of({ ...alice, role: 1 }, { ...bob, role: 2 }, carol), signer: { ...b } });
  const bobGone = write(next(bobLed, of({ ...alice, role: 1 }, carol)));
  const wideLone = write({ ...genesis, ...two, ...of(alice, far) });
  const chain = (x) => (x.s.version === 1 ? [x] : x === lone || x === orphan ? [led, x] : x === bobGone ? [bobLed, x] : [member, x]);
  const state = (kind, what, made, before) => {
    const key = (x) => (!x.s.signer ? p.directory.public : x.s.signer.did.equals(d.did) ? d : b).dsk?.public ??
      p.directory.public;
    const read = (x, previous) => rooms.readState(x.statement, key(x), previous, () => false, now);
    const list = before ? chain(before) : [];
    const previous = list.reduce((q, x) => read(x, q), undefined);
    const commit = { room: made.id, version: made.s.version, hash: made.hash, previous: made.s.previous, time: now };
    return { kind, what, before: list.map((x) => x.statement), statement: made.statement,
             commits: [...list, made].map((x) => rooms.commit({ room: x.id, version: x.s.version, hash: x.hash, previous: x.s.previous, time: now }, p.nid, p.directory.private)),
             signers: [...list, made].map((x) => (x.s.signer?.did.equals(b.did) ? 'bob' : 'alice')),
             says: says(() => read(made, previous)) };
  };
  later.push(
    ['a member leaves a room that nobody moderates', bobGone, { ...of(carol), signer: { ...d } }],
    ['the last of the home network leaves', wideLone, { ...of({ ...far, network: 0 }), networks: [other], home: 0 }],
    ['another device of hers signs', plain, { signer: { ...d, did: fill(16, 1) } }],
    ['somebody of another network signs', plain, { signer: { ...d, nid: other } }]);
  return [
    ...first.map(([what, change, bend, by]) => state('genesis', what, write({ ...genesis, ...change }, by, bend))),
    ...later.map(([what, before, change]) => state('state', what, write(next(before, change)), before)),
    ...successors.map(([what, before, change]) =>
      state('successor', what, write(next(before, { signer: null, ...change }), true), before))];
}
