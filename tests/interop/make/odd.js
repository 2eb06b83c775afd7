// SPDX-License-Identifier: Apache-2.0
// odd: odd.json, statements that were signed as they should be and say something odd.  What this
// implementation says of each stands beside it: "ok", or the code of its refusal.
import { cat, compare, label, u8, u32, zeros } from '../tacet/bytes.js';
import { isPoint, sign } from '../tacet/crypto.js';
import { deviceId, pairRoom } from '../tacet/names.js';
import * as rooms from '../tacet/rooms.js';
import * as ros from '../tacet/roster.js';
import { DAY, HOUR } from '../tacet/signed.js';
import * as st from '../tacet/statements.js';
import { fill, says, set } from './bend.js';
import { oddForms } from './odd_forms.js';
import { oddRooms } from './odd_rooms.js';

const NOW = 1793000000000;

function noPoint(draw) {
  for (;;) {
    const p = cat(u8(2), u8(0), draw.bytes(65));
    if (!isPoint(p)) return p;
  }
}

const inOrder = (devices) => [...devices].sort((a, b) => compare(a.did, b.did));

// variants: [name, what is changed of `good` before it is written, what is done with the bytes then].
function cases(kind, good, write, key, name, nid, read, variants) {
  return variants.map(([what, change, bend = (b) => b]) => {
    const body = bend(write({ ...good, ...change }));
    const statement = cat(body, sign(key, label(name), nid, body));
    return { kind, what, statement, says: says(() => read(statement)) };
  });
}

function oddCertificates(p, draw) {
  const good = { key: p.directory.public, made: NOW, expires: NOW + DAY, name: 'x' };
  const read = (s) => st.readCertificate(s, p.nid, p.root.public, NOW);
  return cases('certificate', good, st.certificateBody, p.root.private, 'tacet1 dirkey', p.nid, read, [
    ['plain', {}],
    ['version 0', {}, (b) => set(b, 0, 0)],
    ['version 2', {}, (b) => set(b, 0, 2)],
    ['for 90 days', { expires: NOW + 90 * DAY }],
    ['for 90 days and a millisecond', { expires: NOW + 90 * DAY + 1 }],
    ['for no time', { expires: NOW }],
    ['made at the end of time', { made: 2n ** 64n - 2n, expires: 2n ** 64n - 1n }],
    ['over', { made: NOW - DAY, expires: NOW }],
    ['from in an hour', { made: NOW + HOUR, expires: NOW + DAY }],
    ['from later', { made: NOW + HOUR + 1, expires: NOW + DAY }],
    ['no name', { name: '' }],
    ['64 bytes of name', { name: 'n'.repeat(64) }],
    ['65 bytes of name', { name: 'n'.repeat(65) }],
    ['64 bytes in 32 letters', { name: 'é'.repeat(32) }],
    ['a name with NUL', { name: 'a\0b' }],
    ['a name with an escape', { name: 'a\x1b[2J' }],
    ['a name that is no UTF-8', { name: Buffer.from([0xc3, 0x28]) }],
    ['a name with a surrogate', { name: Buffer.from([0xed, 0xa0, 0x80]) }],
    ['a name with too long a form', { name: Buffer.from([0xc0, 0xaf]) }],
    ['a byte behind', {}, (b) => cat(b, u8(0))],
    ['a key off the curve', { key: noPoint(draw) }],
    ['an uncompressed key', { key: set(good.key, 0, 4) }],
    ['x not below p', { key: cat(u8(2), u8(2), zeros(65)) }]]);
}

function oddDirectories(p, draw) {
  const good = { number: 1, aid: p.alice.aid, ark: p.alice.ark.public, role: 1, state: 1, made: NOW,
                 handle: 'alice' };
  const read = (s) => st.readDirectory(s, p.nid, p.directory.public, NOW);
  const handles = ['', 'A', '.a', '-a', 'a.', 'a'.repeat(32), 'a'.repeat(33), 'a b', 'a\0', '0', 'é'];
  return cases('directory', good, st.directoryBody, p.directory.private, 'tacet1 dir', p.nid, read, [
    ['plain', {}], ['number 0', { number: 0 }], ['role 0', { role: 0 }], ['role 2', { role: 2 }],
    ['state 0', { state: 0 }], ['removed', { state: 2 }], ['state 3', { state: 3 }],
    ['another account', { aid: p.bob.aid }], ['a key off the curve', { ark: noPoint(draw) }],
    ['from later', { made: NOW + HOUR + 1 }], ['made at 0', { made: 0 }],
    ...handles.map((handle) => [`handle ${JSON.stringify(handle)}`, { handle }])]);
}

function oddServerKeys(p) {
  const good = { number: 1, made: NOW, pins: [fill(32, 1), fill(32, 2)] };
  const read = (s) => st.readServerKeys(s, p.nid, p.directory.public, NOW);
  return cases('server_keys', good, st.serverKeysBody, p.directory.private, 'tacet1 srvkeys', p.nid, read, [
    ['plain', {}], ['number 0', { number: 0 }], ['no pin', { pins: [] }],
    ['a zero pin', { pins: [zeros(32)] }],
    ['four pins', { pins: [4, 3, 2, 1].map((x) => fill(32, x)) }],
    ['five pins', { pins: [5, 4, 3, 2, 1].map((x) => fill(32, x)) }],
    ['a pin twice', { pins: [fill(32, 1), fill(32, 1)] }], ['from later', { made: NOW + HOUR + 1 }]]);
}

function oddPrekeys(p, draw) {
  const d = p.alice.devices[0];
  const good = { aid: d.aid, did: d.did, number: 1, point: draw.pair().public, kemDigest: draw.bytes(48),
                 made: NOW, listVersion: 1, listHash: draw.bytes(32) };
  const read = (s) => st.readPrekey(s, p.nid, d.dsk.public, NOW);
  const expires = 1 + 32 + 16 + 4 + 67 + 48 + 8;
  return cases('prekey', good, st.prekeyBody, d.dsk.private, 'tacet1 spk', p.nid, read, [
    ['plain', {}], ['number 0', { number: 0 }], ['number 2^32 - 1', { number: 2 ** 32 - 1 }],
    ['no digest', { kemDigest: zeros(48) }], ['list version 0', { listVersion: 0 }],
    ['a zero list hash', { listHash: zeros(32) }], ['off the curve', { point: noPoint(draw) }],
    ['another device', { did: p.alice.devices[1].did }], ['another account', { aid: p.bob.aid }],
    ['over', { made: NOW - 37 * DAY }], ['not yet over', { made: NOW - 37 * DAY + 1 }],
    ['from later', { made: NOW + HOUR + 1 }],
    ['a millisecond too long', {}, (b) => set(b, expires + 7, b[expires + 7] + 1)],
    ['its own signing key', { point: d.dsk.public }]]);
}

function oddSignins(p) {
  const d = p.alice.devices[0];
  const good = { did: d.did, domain: 'tacet.example', generation: 1, binding: fill(32, 7) };
  const read = (s) => st.readSignin(s, p.nid, d.dsk.public);
  const kind = (b) => b.length - 34;
  return cases('signin', good, st.signinBody, d.dsk.private, 'tacet1 signin', p.nid, read, [
    ['plain', {}], ['generation 0', { generation: 0 }],
    ['the last generation', { generation: 2n ** 64n - 1n }],
    ['binding of kind 2', {}, (b) => set(b, kind(b), 2)],
    ['binding of kind 0', {}, (b) => set(b, kind(b), 0)],
    ['31 bytes of binding', { binding: fill(31, 7) }], ['a domain in capitals', { domain: 'Tacet.example' }],
    ['no domain', { domain: '' }], ['a domain with a hyphen at an end', { domain: '-tacet.example' }]]);
}

function oddExports(p) {
  const d = p.alice.devices[0];
  const good = { aid: p.alice.aid, did: d.did, room: fill(32, 5), made: NOW, digest: fill(48, 0xd1) };
  const read = (s) => st.readExport(s, p.nid, d.dsk.public, NOW);
  return cases('export', good, st.exportBody, d.dsk.private, 'tacet1 export', p.nid, read, [
    ['plain', {}], ['another device', { did: p.alice.devices[1].did }],
    ['another account', { aid: p.bob.aid }], ['nearly too early', { made: NOW + HOUR }],
    ['from later', { made: NOW + HOUR + 1 }], ['another version', {}, (b) => set(b, 0, 2)]]);
}

// ---- 4.3

function listWriter(who, nid) {
  return (l, signer, before, bend = (b) => b) => {
    const body = bend(st.listBody(l));
    const statement = cat(body, sign(who.ark.private, label('tacet1 list'), nid, body), signer.did,
                          sign(signer.dsk.private, label('tacet1 list device'), nid, body));
    return { body, statement, hash: st.listHash(nid, body), before };
  };
}

function oddLists(p, draw) {
  const who = p.alice, [a, b] = who.devices;
  const more = Array.from({ length: 9 }, () => {
    const dsk = draw.pair();
    return { dsk, did: deviceId(who.aid, dsk.public) };
  });
  const entry = (d, added = NOW - 9) => ({ did: d.did, dsk: d.dsk.public, added });
  const key = (d) => ({ ...entry(d), role: 2 }), given = (d) => ({ ...entry(d), capabilities: 1 });
  const write = listWriter(who, p.nid);
  const first = { aid: who.aid, version: 1, previous: zeros(32), made: NOW - 9, devices: [entry(a), entry(b)],
                  revoked: [] };
  const one = write(first, a);
  const second = { ...first, version: 2, previous: one.hash, made: NOW - 8 };
  const gone = { ...second, devices: [entry(b)], revoked: [{ did: a.did, at: 2 }] };
  const two = write(gone, b, one);
  const third = { ...gone, version: 3, previous: two.hash };
  const reason = (x) => (body) => set(body, -2, x);
  const swapped = { ...first, devices: [entry(b), entry(a)] };
  const eleven = inOrder([a, b, ...more]).map((d) => entry(d));
  const stranger = { did: fill(16, 9), at: 2 };
  const many = (n) => Array.from({ length: n }, (_, i) => ({ did: fill(16, i), at: 2 }));
  // A second list of many who were revoked before, and a third that revokes `a` and lets the first go.
  const gones = many(100).sort((x, y) => compare(x.did, y.did)), rest = gones.slice(1);
  const aGone = { did: a.did, at: 3 };
  const full = write({ ...second, previous: fill(32, 1), revoked: gones }, a);
  const most = write({ ...second, previous: fill(32, 1), revoked: gones.slice(0, 99) }, a);
  const after = (x, revoked) => ({
    ...second, version: 3, previous: x.hash, devices: [entry(b)], revoked: inOrder(revoked) });
  // Recovery keys, what a device was given, and what becomes of both in the next list.
  const keyed = write({ ...second, devices: [entry(a), key(b)] }, a, one);
  const wise = write({ ...second, devices: [entry(a), given(b)] }, a, one);
  const next = (before, devices, revoked = []) =>
    ({ ...second, version: 3, previous: before.hash, devices: inOrder(devices), revoked });
  const withKeys = () => [
    ['first with a recovery key', { ...first, devices: [entry(a), key(b)] }, a],
    ['second, a device turned into a key', { ...second, devices: [entry(a), key(b)] }, a, undefined, one],
    ['second with a recovery key', { ...second, devices: inOrder([entry(a), entry(b), key(more[0])]) }, a,
     undefined, one],
    ['second by the recovery key that is new', { ...second, devices: inOrder([entry(a), entry(b), key(more[0])]) },
     more[0], undefined, one],
    ['second with two recovery keys', { ...second, devices: inOrder([entry(a), entry(b), ...more.slice(0, 2).map(key)]) },
     a, undefined, one],
    ['second of nothing but a recovery key', { ...second, devices: [key(a)] }, a],
    ['ten devices and a recovery key', { ...second, devices: eleven.map((d, i) => (i === 5 ? { ...d, role: 2 } : d)) },
     null],
    ['eleven devices in a second', { ...second, devices: eleven }, null],
    ['a recovery key that was given history', { ...second, devices: [entry(a), { ...key(b), capabilities: 1 }] }, a],
    ['role 0', { ...second, devices: [entry(a), { ...entry(b), role: 0 }] }, a],
    ['role 3', { ...second, devices: [entry(a), { ...entry(b), role: 3 }] }, a],
    ['capabilities 2', { ...second, devices: [entry(a), { ...entry(b), capabilities: 2 }] }, a],
    ['capabilities 3', { ...second, devices: [entry(a), { ...entry(b), capabilities: 3 }] }, a],
    ['second, history given', { ...second, devices: [entry(a), given(b)] }, a, undefined, one],
    ['third, history given', next(wise, [entry(a), given(b)]), a, undefined, wise],
    ['third, history taken back', next(wise, [entry(a), entry(b)]), a, undefined, wise],
    ['third by the device that was given it', next(wise, [entry(a), given(b)]), b, undefined, wise],
    ['third by a recovery key of a list on its own', next(keyed, [entry(more[0]), key(b)],
     [{ did: a.did, at: 3 }]), b]];
  const list = [
    ['plain', first, a], ['version 0', { ...first, version: 0 }, a],
    ['first with a previous', { ...first, previous: fill(32, 1) }, a],
    ['second without previous', { ...second, previous: zeros(32) }, a],
    ['no device', { ...first, devices: [] }, a],
    ['ten devices', { ...first, devices: eleven.slice(0, 10) }, null],
    ['eleven devices', { ...first, devices: eleven }, a],
    ['out of order', swapped, a], ['a device twice', { ...first, devices: [entry(a), entry(a)] }, a],
    ['device role 2', first, a, (x) => set(x, 1 + 32 + 4 + 32 + 8 + 1 + 16 + 67, 2)],
    ['capabilities 1', first, a, (x) => set(x, -3, 1)],
    ['next account root 1', first, a, (x) => set(x, -1, 1)],
    ['another did', { ...first, devices: inOrder([{ ...entry(a), did: fill(16, 9) }, entry(b)]) }, b],
    ['second, let in long before', { ...second, devices: [entry(a), entry(b)] }, a, undefined, 'alone'],
    ['second, let in before the list', { ...second, devices: [entry(a), entry(b, 0)] }, a, undefined,
     'alone'],
    ['second, let in tomorrow', { ...second, devices: [entry(a), entry(b, NOW + DAY)] }, a, undefined,
     'alone'],
    ['added after it was made', { ...first, devices: [entry(a, NOW + DAY), entry(b)] }, a],
    ['from later', { ...first, made: NOW + HOUR + 1 }, a],
    ['another account', { ...first, aid: p.bob.aid }, a],
    ['revoked at 1', { ...gone, revoked: [{ did: a.did, at: 1 }] }, b],
    ['revoked later', { ...gone, revoked: [{ did: a.did, at: 3 }] }, b],
    ['revoked for reason 0', gone, b, reason(0)], ['revoked for reason 2', gone, b, reason(2)],
    ['revoked and not', { ...second, revoked: [{ did: a.did, at: 2 }] }, a],
    ['101 revoked', { ...gone, revoked: many(101) }, b], ['100 revoked', { ...gone, revoked: many(100) }, b],
    ['revoked twice', { ...gone, revoked: [stranger, stranger] }, b],
    ['second', second, a, undefined, one],
    ['second by the device that is new', { ...second, devices: eleven.slice(0, 3) }, 'new', undefined, one],
    ['second after another', { ...second, previous: fill(32, 1) }, a, undefined, one],
    ['second dated before', { ...second, made: NOW - 10 }, a, undefined, one],
    ['third after the first', { ...second, version: 3 }, a, undefined, one],
    ['second, a device revoked', gone, b, undefined, one],
    ['second, a device gone without a word', { ...gone, revoked: [] }, b, undefined, one],
    ['second, by whom it revokes', gone, a, undefined, one],
    ['second, a stranger revoked', { ...second, revoked: [stranger] }, a, undefined, one],
    ['second, added changed', { ...second, devices: [entry(a), entry(b, NOW - 8)] }, a, undefined, one],
    ['third', third, b, undefined, two],
    ['third, revoked no more', { ...third, revoked: [] }, b, undefined, two],
    ['third, revoked at another version', { ...third, revoked: [{ did: a.did, at: 3 }] }, b, undefined, two],
    ['third, let in again', { ...third, devices: first.devices, revoked: [] }, b, undefined, two],
    ['third, the first of 100 let go', after(full, [...rest, aGone]), b, undefined, full],
    ['third, the first of 99 let go', after(most, [...gones.slice(1, 99), aGone]), b, undefined, most],
    ...withKeys(),
    ['third, nobody let go', after(most, [...gones.slice(0, 99), aGone]), b, undefined, most]];
  const alone = write({ ...first, devices: [entry(a)] }, a);
  return list.map(([what, l, by, bend, after]) => {
    const before = after === 'alone' ? alone : after;
    if (before === alone) l.previous = alone.hash;
    const signer = by === 'new' ? more.find((d) => l.devices.some((x) => x.did.equals(d.did)))
      : by ?? [a, b, ...more].find((d) => l.devices.some((x) => x.did.equals(d.did)));
    const { statement } = write(l, signer, before, bend);
    const chain = [];
    for (let x = before; x; x = x.before) chain.unshift(x.statement);
    const read = (s, previous) => st.readDeviceList(s, p.nid, who.ark.public, previous, NOW);
    const previous = chain.reduce((x, s) => read(s, x), undefined);
    return { kind: 'list', what, before: chain, statement, says: says(() => read(statement, previous)) };
  });
}

// ---- 4.6

function oddRosters(p, draw) {
  const accounts = [1, 2].map((x) => ({ network: 0, aid: fill(32, x), listVersion: 1, listHash: fill(16,
    x) }));
  const networks = [{ nid: p.nid, policyVersion: 0, policyHash: zeros(32) }];
  const good = { room: pairRoom(p.alice, p.bob), stateVersion: 0, stateHash: zeros(32), networks, accounts,
                 skipped: [] };
  const nine = Array.from({ length: 9 }, (_, i) => ({ ...networks[0], nid: fill(32, i) }));
  const many = (n) => Array.from({ length: n }, (_, i) =>
    ({ ...accounts[0], aid: cat(u32(i), draw.bytes(28)) }));
  const skips = (n) => Array.from({ length: n }, (_, i) => ({ did: cat(u32(i), fill(12, 1)) }));
  return [
    ['plain', {}], ['state hash without state', { stateHash: fill(32, 1) }],
    ['a state', { stateVersion: 1, stateHash: fill(32, 1) }],
    ['a state with a zero hash', { stateVersion: 1 }], ['no network', { networks: [] }],
    ['eight networks', { networks: nine.slice(0, 8) }], ['nine networks', { networks: nine }],
    ['networks out of order', { networks: [nine[1], nine[0]] }],
    ['a policy with a zero hash', { networks: [{ ...networks[0], policyVersion: 1 }] }],
    ['hash without policy', { networks: [{ ...networks[0], policyHash: fill(32, 1) }] }],
    ['no account', { accounts: [] }], ['an account twice', { accounts: [accounts[0], accounts[0]] }],
    ['accounts out of order', { accounts: [accounts[1], accounts[0]] }],
    ['1,024 accounts', { accounts: many(1024) }], ['1,025 accounts', { accounts: many(1025) }],
    ['another network', { accounts: [{ ...accounts[0], network: 1 }] }],
    ['list version 0', { accounts: [{ ...accounts[0], listVersion: 0 }] }],
    ['a zero list hash', { accounts: [{ ...accounts[0], listHash: zeros(16) }] }],
    ['1,024 skipped', { skipped: skips(1024) }], ['1,025 skipped', { skipped: skips(1025) }],
    ['skipped twice', { skipped: [skips(1)[0], skips(1)[0]] }],
    ['skipped for reason 2', { skipped: skips(1) }, (b) => set(b, -1, 2)],
    ['version 2', {}, (b) => set(b, 0, 2)], ['a byte behind', {}, (b) => cat(b, u8(0))],
    ['cut', {}, (b) => b.subarray(0, b.length - 1)],
  ].map(([what, change, bend = (b) => b]) => {
    const statement = bend(ros.roster({ ...good, ...change }));
    return { kind: 'roster', what, statement, says: says(() => ros.readRoster(statement)) };
  });
}

// ---- 4.8

function oddPolicies(p) {
  const kept = { aid: p.bob.aid, scope: 1, strict: true, days: 90, rooms: [] };
  const good = { number: 1, previous: zeros(32), made: NOW - 9, from: NOW, profile: 2, retention: kept };
  const id = (i) => fill(32, i);
  const named = (...list) => ({ retention: { ...kept, scope: 3, rooms: list.map(id) } });
  const many = (n) => named(...Array.from({ length: n }, (_, i) => i));
  const of = (x) => ({ retention: { ...kept, ...x } });
  const retention = 1 + 4 + 32 + 8 + 8 + 2;
  const read = (s) => rooms.readPolicy(s, p.nid, p.root.public, undefined, NOW);
  return cases('policy', good, rooms.policyBody, p.root.private, 'tacet1 policy', p.nid, read, [
    ['plain', {}], ['without retention', { retention: null }], ['number 0', { number: 0 }],
    ['number 1 with a previous', { previous: fill(32, 1) }], ['number 2 without', { number: 2 }],
    ['number 2', { number: 2, previous: fill(32, 1) }], ['from before it was made', { from: NOW - 10 }],
    ['from far ahead', { from: NOW + 1000 * DAY }], ['made later', { made: NOW + HOUR + 1, from: NOW + DAY }],
    ['profile 0', { profile: 0 }], ['profile 1', { profile: 1 }], ['profile 3', { profile: 3 }],
    ['flags 1', {}, (b) => set(b, retention - 1, 1)], ['retention 2', {}, (b) => set(b, retention, 2)],
    ['scope 0', of({ scope: 0 })], ['scope 2', of({ scope: 2 })], ['scope 4', of({ scope: 4 })],
    ['strict 2', {}, (b) => set(b, retention + 34, 2)], ['no day', of({ days: 0 })],
    ['365 days', of({ days: 365 })], ['366 days', of({ days: 366 })],
    ['all and rooms', of({ rooms: [id(1)] })], ['rooms, and none', named()],
    ['64 rooms', many(64)], ['65 rooms', many(65)], ['rooms out of order', named(2, 1)],
    ['a room twice', named(1, 1)]]);
}

export function makeOdd(draw, people) {
  const p = people;
  return {
    source: 'PROTOCOL 4; what is said of each is what tests/interop says', now_ms: NOW, nid: p.nid,
    root: p.root, directory: p.directory,
    alice: { ark: p.alice.ark, aid: p.alice.aid, dsk: p.alice.devices[0].dsk },
    bob: { aid: p.bob.aid, dsk: p.bob.devices[0].dsk },
    cases: [...oddCertificates(p, draw), ...oddDirectories(p, draw), ...oddServerKeys(p),
            ...oddPrekeys(p, draw), ...oddSignins(p), ...oddExports(p), ...oddLists(p, draw),
            ...oddRosters(p, draw), ...oddPolicies(p), ...oddRooms(p, draw, NOW), ...oddForms(p)] };
}
