// SPDX-License-Identifier: Apache-2.0
// rooms: policies, room states and their commits, of PROTOCOL 4.8 to 4.10.
import { b8, cat, isZero, label, Reader, require, requireRising, same, u8, u16, u32, u64 } from './bytes.js';
import { h32, sha256, verify } from './crypto.js';
import { party, readParty } from './names.js';
import { append, check, checkDates, SIGNATURE } from './signed.js';

const YEAR_S = 31536000;
const version = (r) => require(r.u8() === 1, 'another version');

// ---- 4.8

const retentionBytes = (x) => cat(
  x.aid, u8(x.scope), u8(x.strict ? 1 : 0), u16(x.days), u16(x.rooms.length), ...x.rooms);

export const policyBody = (p) => cat(
  u8(1), u32(p.number), p.previous, u64(p.made), u64(p.from), u8(p.profile), u8(0),
  u8(p.retention ? 1 : 0), p.retention ? retentionBytes(p.retention) : Buffer.alloc(0));

export const policyHash = (nid, body) => h32(label('tacet1 policy hash'), nid, body);
export const policy = (p, nid, rootKey) => append('tacet1 policy', nid, policyBody(p), rootKey);

function readRetention(r) {
  const x = { aid: r.take(32), scope: r.u8(), strict: r.u8(), days: r.u16(), rooms: [] };
  for (let n = r.u16(); n > 0; n--) x.rooms.push(r.take(32));
  require(x.scope >= 1 && x.scope <= 3 && x.strict <= 1, 'scope');
  require(x.days >= 1 && x.days <= 365, 'days');
  require(x.scope === 3 ? x.rooms.length >= 1 && x.rooms.length <= 64 : x.rooms.length === 0, 'rooms');
  requireRising(x.rooms, (id) => id, 'rooms');
  return { ...x, strict: x.strict === 1 };
}

export function readPolicy(statement, nid, root, previous, now) {
  const p = check('tacet1 policy', nid, statement, root, undefined, (r) => {
    version(r);
    const p = { number: r.u32(), previous: r.take(32), made: r.u64(), from: r.u64(), profile: r.u8() };
    require(r.u8() === 0, 'flags');
    const has = r.u8();
    require(has <= 1, 'retention');
    p.retention = has ? readRetention(r) : null;
    require(p.number >= 1 && isZero(p.previous) === (p.number === 1), 'number');
    require(p.from >= p.made && (p.profile === 1 || p.profile === 2), 'fields');
    return p;
  });
  if (previous)
    require(p.number === previous.number + 1 && same(p.previous, previous.hash) &&
            p.made >= previous.made, 'chain', 'conflict');
  checkDates(p, now);
  return { ...p, hash: policyHash(nid, p.body) };
}

// ---- 4.9

export const MEMBER = 1, MODERATOR = 2;

export const stateBody = (s) => cat(
  u8(1), s.room, u32(s.version), s.previous, u64(s.made),
  s.signer ? party(s.signer) : Buffer.alloc(80), u8(s.networks.length), ...s.networks, u8(s.home),
  u16(s.members.length), ...s.members.flatMap((m) => [u8(m.network), m.aid, u8(m.role), u32(m.since)]),
  u32(s.ttl), u32(s.burn), u8(s.posting), u8(0), u8(1), b8(s.name));

export const stateHash = (home, body) => h32(label('tacet1 room hash'), home, body);
export const roomId = (home, genesisBody) => sha256(label('tacet1 room id'), home, genesisBody);

const LABELS = { device: 'tacet1 room', directory: 'tacet1 room successor' };
const labelOf = (s) => (s.signer ? LABELS.device : LABELS.directory);
export const state = (s, key) => append(labelOf(s), s.networks[s.home], stateBody(s), key);

function readMembers(r, networks) {
  const members = [];
  for (let n = r.u16(); n > 0; n--)
    members.push({ network: r.u8(), aid: r.take(32), role: r.u8(), since: r.u32() });
  require(members.length >= 1 && members.length <= 1024, 'members');
  for (const m of members)
    require(m.network < networks && m.role >= 1 && m.role <= 5 && m.since >= 1, 'member');
  requireRising(members, (m) => cat(u8(m.network), m.aid), 'members');
  return members;
}

// Form alone: who signed it is known only then.
export function parseState(statement) {
  const r = new Reader(statement);
  version(r);
  const s = { room: r.take(32), version: r.u32(), previous: r.take(32), made: r.u64() };
  const signer = r.take(80);
  s.signer = isZero(signer) ? null : readParty(new Reader(signer));
  s.networks = [];
  for (let n = r.u8(); n > 0; n--) s.networks.push(r.take(32));
  s.home = r.u8();
  require(s.networks.length >= 1 && s.networks.length <= 8 && s.home < s.networks.length, 'networks');
  requireRising(s.networks, (n) => n, 'networks');
  s.members = readMembers(r, s.networks.length);
  for (let i = 0; i < s.networks.length; i++)
    require(s.members.some((m) => m.network === i), 'a network without members');
  Object.assign(s, { ttl: r.u32(), burn: r.u32(), posting: r.u8() });
  require(r.u8() === 0 && r.u8() === 1, 'history, kx');
  s.name = r.b8();
  s.body = Buffer.from(r.read);
  s.signature = r.take(SIGNATURE);
  r.end();
  require(s.ttl <= YEAR_S && s.burn <= YEAR_S && (s.posting === 1 || s.posting === 2), 'settings');
  require(s.version >= 1 && isZero(s.previous) === (s.version === 1), 'version');
  require(s.signer !== null || s.version > 1, 'genesis without signer');
  require(s.members.every((m) => m.since <= s.version), 'since');
  s.hash = stateHash(s.networks[s.home], s.body);
  s.id = s.version === 1 ? roomId(s.networks[s.home], s.body) : s.room;
  return s;
}

const find = (s, nid, aid) => s.members.find((m) => same(s.networks[m.network], nid) && same(m.aid, aid));

function checkLeaving(s, previous) {
  const left = previous.members.filter((m) => !find(s, previous.networks[m.network], m.aid));
  require(left.length === 1 && same(left[0].aid, s.signer.aid) &&
          same(previous.networks[left[0].network], s.signer.nid), 'not a moderator');
  for (const m of s.members) {
    const before = find(previous, s.networks[m.network], m.aid);
    require(before && before.role === m.role && before.since === m.since, 'more than leaving');
  }
  require(s.ttl === previous.ttl && s.burn === previous.burn && s.posting === previous.posting &&
          same(s.name, previous.name), 'more than leaving');
}

function checkSuccessor(s, previous, isGone) {
  const moderators = previous.members.filter((m) => m.role === MODERATOR);
  require(moderators.every((m) => isGone(previous.networks[m.network], m.aid)), 'a moderator is there');
  const heirs = previous.members.filter((m) => m.role === MEMBER);
  require(heirs.length > 0, 'nobody to follow');
  const heir = heirs.reduce((a, b) => (b.since < a.since ? b : a));
  const expected = { ...previous, version: s.version, previous: s.previous, made: s.made, signer: null,
                     room: s.room,
                     members: previous.members.map((m) => (m === heir ? { ...m, role: MODERATOR } : m)) };
  require(same(stateBody(expected), s.body), 'more than a successor');
}

// Genesis when there is no previous one.  signingKey: that of the signer's device; the directory key
// for a successor.  isGone(nid, aid): the directory says removed.
export function readState(statement, signingKey, previous, isGone = () => false, now = undefined) {
  const s = follow(statement, signingKey, previous, isGone);
  checkDates(s, now);
  return s;
}

function follow(statement, signingKey, previous, isGone) {
  const s = parseState(statement);
  const home = s.networks[s.home];
  verify(signingKey, s.signature, label(labelOf(s)), home, s.body);
  if (!previous) {
    require(s.version === 1 && s.members.every((m) => m.since === 1), 'genesis');
    const creator = find(s, s.signer.nid, s.signer.aid);
    require(creator && creator.role === MODERATOR, 'creator');
    return s;
  }
  require(s.version === previous.version + 1 && same(s.room, previous.id) &&
          same(s.previous, previous.hash), 'chain');
  require(same(home, previous.networks[previous.home]) && s.made >= previous.made, 'home, date');
  if (!s.signer) {
    checkSuccessor(s, previous, isGone);
    return s;
  }
  for (const m of s.members) {
    const before = find(previous, s.networks[m.network], m.aid);
    require(m.since === (before ? before.since : s.version), 'since');
  }
  const signer = find(previous, s.signer.nid, s.signer.aid);
  require(signer, 'signer is no member');
  if (signer.role !== MODERATOR) checkLeaving(s, previous);
  const stays = find(s, s.signer.nid, s.signer.aid);
  require(s.members.some((m) => m.role === MODERATOR) || !stays, 'no moderator');
  return s;
}

// ---- 4.10

export const commitBody = (c) =>
  cat(u8(1), c.room, u32(c.version), c.hash, c.previous, u64(c.time));

export const commit = (c, nid, directoryKey) => append('tacet1 commit', nid, commitBody(c), directoryKey);

export const readCommit = (statement, nid, directory, now) =>
  check('tacet1 commit', nid, statement, directory, now, (r) => {
    version(r);
    const c = { room: r.take(32), version: r.u32(), hash: r.take(32), previous: r.take(32),
                time: r.u64() };
    require(c.version >= 1 && isZero(c.previous) === (c.version === 1), 'version');
    return c;
  });
