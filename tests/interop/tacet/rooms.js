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
    require(p.number > 1 || (p.number === 1 && isZero(p.previous)), 'number');
    require(p.from >= p.made && (p.profile === 1 || p.profile === 2), 'fields');
    return p;
  });
  if (previous)
    require(p.number === previous.number + 1 && same(p.previous, previous.hash) &&
            p.made >= previous.made, 'chain', 'forged');
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
  require(members.length >= 1 && members.length <= 1016, 'members');
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
  require(moderated(s) || (s.signer && !find(s, s.signer.nid, s.signer.aid)), 'nobody moderates');
  s.hash = stateHash(s.networks[s.home], s.body);
  s.id = s.version === 1 ? roomId(s.networks[s.home], s.body) : s.room;
  return s;
}

const find = (s, nid, aid) => s.members.find((m) => same(s.networks[m.network], nid) && same(m.aid, aid));

const moderated = (s) => s.members.some((m) => m.role === MODERATOR);
const requireChain = (holds, why) => require(holds, why, 'forged');

// Is s what becomes of v with these members, and of v alone?
function requireOnly(s, v, members, why) {
  const nids = v.networks.filter((_, i) => members.some((m) => m.network === i));
  const expected = {
    ...v, room: s.room, version: s.version, previous: s.previous, made: s.made, signer: s.signer,
    networks: nids, home: nids.findIndex((n) => same(n, v.networks[v.home])),
    members: members.map((m) => ({ ...m, network: nids.indexOf(v.networks[m.network]) })) };
  requireChain(expected.home >= 0 && same(stateBody(expected), s.body), why);
}

const isOf = (s, m, who) => same(m.aid, who.aid) && same(s.networks[m.network], who.nid);

function checkSuccessor(s, v, isGone) {
  const moderators = v.members.filter((m) => m.role === MODERATOR);
  requireChain(moderators.every((m) => isGone(v.networks[m.network], m.aid)), 'a moderator is there');
  const heirs = v.members.filter((m) => m.role === MEMBER);
  requireChain(heirs.length > 0, 'nobody to follow');
  const heir = heirs.reduce((a, b) => (b.since < a.since ? b : a));
  requireOnly(s, v, v.members.map((m) => (m === heir ? { ...m, role: MODERATOR } : m)),
              'more than a successor');
}

function checkGenesis(s) {
  require(s.version === 1 && s.members.every((m) => m.since === 1), 'genesis');
  const creator = find(s, s.signer.nid, s.signer.aid);
  require(creator && creator.role === MODERATOR, 'creator');
}

function checkNext(s, v, isGone) {
  requireChain(s.version === v.version + 1 && same(s.room, v.id) && same(s.previous, v.hash), 'chain');
  requireChain(same(s.networks[s.home], v.networks[v.home]) && s.made >= v.made, 'home, date');
  if (!s.signer) {
    checkSuccessor(s, v, isGone);
    return;
  }
  for (const m of s.members) {
    const before = find(v, s.networks[m.network], m.aid);
    requireChain(m.since === (before ? before.since : s.version), 'since');
  }
  const signer = find(v, s.signer.nid, s.signer.aid);
  requireChain(signer, 'the signer is no member');
  requireChain(moderated(s) || signer.role === MODERATOR, 'nobody moderates');
  if (signer.role !== MODERATOR || !moderated(s))
    requireOnly(s, v, v.members.filter((m) => !isOf(v, m, s.signer)), 'more than leaving');
}

// Genesis when there is no previous one.  signingKey: that of the signer's device; the directory key
// for a successor.  isGone(nid, aid): the directory says removed.
export function readState(statement, signingKey, previous, isGone = () => false, now = undefined) {
  const s = parseState(statement);
  verify(signingKey, s.signature, label(labelOf(s)), s.networks[s.home], s.body);
  if (previous) checkNext(s, previous, isGone);
  else checkGenesis(s);
  checkDates(s, now);
  return s;
}

// ---- 4.10

export const commitBody = (c) =>
  cat(u8(1), c.room, u32(c.version), c.hash, c.previous, u64(c.time));

export const commit = (c, nid, directoryKey) => append('tacet1 room commit', nid, commitBody(c), directoryKey);

export const readCommit = (statement, nid, directory, now) =>
  check('tacet1 room commit', nid, statement, directory, now, (r) => {
    version(r);
    const c = { room: r.take(32), version: r.u32(), hash: r.take(32), previous: r.take(32),
                time: r.u64() };
    require(c.version >= 1 && isZero(c.previous) === (c.version === 1), 'version');
    return c;
  });
