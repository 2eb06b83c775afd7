// SPDX-License-Identifier: Apache-2.0
// message: sealing, the forms of uploads and deliveries, and opening, of PROTOCOL 6.
import { b32, cat, isZero, label, Reader, require, same, u8, u16, u32, u64, zeros } from './bytes.js';
import { capsuleSize, HYBRID, openEntry, readHint, STANDARD, SUITE, writeEntry } from './channel.js';
import { ecdh, Forged, hkdf, h32, open, random, newPair, seal, sha512, sign, verify } from './crypto.js';
import { party, readParty } from './names.js';

const TEXT_MOST = 65536, TRAILER = 512, TAG = 16, YEAR_S = 31536000;
export const PARTIAL = 1, RESTART = 1;
const isControl = (type) => type >= 16 && type <= 31;

// ---- 6.1

export function paddingStep(n) {
  for (let step = 256; step <= 65536; step *= 2) {
    if (n <= step) return step;
    if (n <= step * 1.5) return step * 1.5;
  }
  return 0;
}
export const isPaddingStep = (n) => n > 0 && paddingStep(n) === n;

export function pad(content) {
  require(content.length <= TEXT_MOST, 'content too long');
  const inner = b32(content);
  return cat(inner, zeros(paddingStep(inner.length) - inner.length));
}

export function unpad(padded) {
  const r = new Reader(padded);
  const content = r.b32();
  require(content.length <= TEXT_MOST, 'content too long');
  require(isZero(r.take(r.left)), 'padding');
  require(padded.length === paddingStep(4 + content.length), 'not the least step');
  return content;
}

// ---- 6.2: core, wrap, trailer

export const core = (c) => cat(
  party(c.sender), c.room, u8(c.flags), c.id, u64(c.seq), c.prev, u64(c.time), u32(c.ttl), u32(c.burn ?? 0),
  u16(c.type), u8(0), c.digest);

export const contentDigest = (id, content) => h32(label('tacet1 content'), id, content);
export const link = (coreBytes) => h32(label('tacet1 link'), coreBytes);

export function readCore(r) {
  const c = { sender: readParty(r), room: r.take(32), flags: r.u8(), id: r.take(16), seq: r.u64(),
              prev: r.take(32), time: r.u64(), ttl: r.u32(),
              burn: r.u32() };
  c.type = r.u16();
  require(r.u8() === 0, 'refs');
  c.digest = r.take(32);
  require((c.flags & ~RESTART) === 0, 'flags');
  require(c.ttl >= 1 && c.ttl <= YEAR_S, 'ttl');
  require(c.burn <= (c.seq === 0 ? 0 : YEAR_S), 'burn-on-read');
  require((c.seq === 0) === isControl(c.type), 'seq');
  require(c.flags === 0 || c.seq !== 0, 'restart without seq');
  require(isZero(c.prev) === (c.seq === 0 || c.seq === 1 || c.flags === RESTART), 'prev');
  return c;
}

export const wrap = (w) => cat(w.roster, u32(w.listVersion), w.listHash);
export const scopeBytes = (places) =>
  places ? cat(u16(places.length), ...places.map((p) => u16(p))) : zeros(0);

export const bodyKey = (mk) => hkdf(zeros(0), mk, label('tacet1 body'), 32);
export const commitment = (mk) => hkdf(zeros(0), mk, label('tacet1 commit'), 32);
export const trailerKey = (mk, ctx) => hkdf(zeros(0), mk, cat(label('tacet1 trailer'), ctx), 32);
export const context = (m) =>
  sha512(label('tacet1 ctx'), m.head, scopeBytes(m.scope), m.com, sha512(m.body));

// m: core, wrap, content, profile, scope (places or null), and mk and pair when they are given.
// to: for each entry epoch, n, mk, prekey number and point, who.
export function sealMessage(m, dskKey, to) {
  const mk = m.mk ?? random(32);
  const pair = m.pair ?? newPair();
  const head = cat(u8(1), u8(SUITE), u8(m.profile), u8(m.scope ? PARTIAL : 0), pair.public);
  const body = seal(bodyKey(mk), head, pad(m.content));
  const shared = { head, scope: m.scope, com: commitment(mk), roster: m.wrap.roster, body };
  const ctx = context(shared);
  const signature = sign(dskKey, label('tacet1 msg'), m.core.sender.nid, ctx, core(m.core), wrap(m.wrap));
  const said = cat(core(m.core), wrap(m.wrap), signature);
  const plain = cat(said, zeros(TRAILER - TAG - said.length));
  shared.trailer = seal(trailerKey(mk, ctx), ctx, plain);
  shared.ctx = ctx;
  const entries = to.map((t) => writeEntry(
    { mk: t.mk, ctx, from: m.core.sender.did, to: t.who, prekey: t.prekey.number, epoch: t.epoch,
      n: t.n }, ecdh(pair.private, t.prekey.point), mk));
  return { shared, entries, plain };
}

// ---- 6.3, 6.4

const front = (s) => cat(s.head, scopeBytes(s.scope), s.com, s.roster);

export const upload = (s, number, capsules, entries) => cat(
  front(s), u64(number), u16(capsules.length),
  ...capsules.flatMap((c) => [u16(c.recipient), c.capsule]), u16(entries.length), ...entries,
  b32(s.body), s.trailer);

export const delivery = (s, entry) => cat(front(s), entry, s.body, s.trailer);

function readFront(r) {
  const s = { head: r.take(71) };
  const [version, suite, profile, flags] = s.head;
  require(version === 1 && suite === SUITE, 'version, suite');
  require(profile === STANDARD || profile === HYBRID, 'profile');
  require((flags & ~PARTIAL) === 0, 'flags');
  require(s.head[4] === 2 || s.head[4] === 3, 'no point');
  s.profile = profile;
  s.scope = null;
  if (flags & PARTIAL) {
    s.scope = [];
    const count = r.u16();
    require(count >= 1, 'scope of nobody');
    require(count <= 1024, 'scope', 'limit');
    for (let i = 0; i < count; i++) s.scope.push(r.u16());
    s.scope.forEach((p, i) => require(p < 1024 && (i === 0 || s.scope[i - 1] < p), 'scope'));
  }
  s.com = r.take(32);
  s.roster = r.take(48);
  return s;
}

const BODY_LEAST = 256 + TAG, BODY_MOST = 98304 + TAG;

function requireBody(body) {
  require(body.length <= BODY_MOST, 'body', 'limit');
  require(isPaddingStep(body.length - TAG), 'body is no step');
}

export function readUpload(bytes) {
  const r = new Reader(bytes);
  const s = readFront(r);
  const u = { shared: s, number: r.u64(), capsules: [], entries: [] };
  for (let n = r.u16(); n > 0; n--)
    u.capsules.push({ recipient: r.u16(), capsule: r.take(capsuleSize(s.profile)) });
  for (let n = r.u16(); n > 0; n--) u.entries.push(r.take(60));
  s.body = r.b32();
  s.trailer = r.take(TRAILER);
  r.end();
  require(u.capsules.length <= 50 && u.entries.length <= 1024, 'counts', 'limit');
  require(u.entries.length >= 1, 'for nobody');
  require(!s.scope || s.scope.length === u.entries.length, 'entries for scope');
  u.capsules.forEach((c, i) => require(
    c.recipient < u.entries.length && (i === 0 || u.capsules[i - 1].recipient < c.recipient) &&
    same(c.capsule.subarray(0, 67), u.capsules[0].capsule.subarray(0, 67)), 'capsules'));
  requireBody(s.body);
  return u;
}

export function readDelivery(bytes) {
  const r = new Reader(bytes);
  const s = readFront(r);
  const entry = r.take(60);
  require(r.left >= BODY_LEAST + TRAILER, 'body', 'truncated');
  s.body = r.take(r.left - TRAILER);
  s.trailer = r.take(TRAILER);
  r.end();
  requireBody(s.body);
  return { shared: s, entry };
}

// Of 9.3, without success.
const CODES = [10, 11, 12, 13, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 40, 41, 42, 43];

export const notice = (n) => cat(u8(1), u64(n.number), n.did, u8(n.code));

export function readNotice(bytes) {
  const r = new Reader(bytes);
  require(r.u8() === 1, 'another version');
  const n = { number: r.u64(), did: r.take(16), code: r.u8() };
  r.end();
  require(CODES.includes(n.code), 'code');
  return n;
}

// ---- 6.5, up to what needs other statements

export function hintOf(d, me, prekeyPrivate) {
  const ctx = context(d.shared);
  const z = ecdh(prekeyPrivate, d.shared.head.subarray(4));
  return { ctx, z, ...readHint(d.entry, ctx, me.did, z) };
}

// c: from (did), me (party), prekey (number), epoch (id), n, mk; hint: as hintOf() gave it.
export function openKey(d, hint, c) {
  const mk = openEntry(d.entry, { mk: c.mk, ctx: hint.ctx, from: c.from, to: c.me, prekey: c.prekey,
                                  epoch: c.epoch, n: c.n }, hint.z);
  if (!same(commitment(mk), d.shared.com)) throw new Forged('commitment');
  return mk;
}

export function readTrailer(plain) {
  require(plain.length >= TRAILER - TAG, 'trailer', 'truncated');
  const r = new Reader(plain);
  const c = readCore(r);
  const w = { roster: r.take(48), listVersion: r.u32(), listHash: r.take(16) };
  const signedBytes = Buffer.from(r.read);
  const signature = r.take(132);
  require(plain.length === TRAILER - TAG && isZero(r.take(r.left)), 'trailer padding');
  return { core: c, wrap: w, signedBytes, signature };
}

export function openTrailer(d, ctx, mk) {
  const t = readTrailer(open(trailerKey(mk, ctx), ctx, d.shared.trailer));
  if (!same(t.wrap.roster, d.shared.roster)) throw new Forged('another roster');
  return t;
}

export function openContent(d, ctx, mk, t, dsk) {
  verify(dsk, t.signature, label('tacet1 msg'), t.core.sender.nid, ctx, t.signedBytes);
  const content = unpad(open(bodyKey(mk), d.shared.head, d.shared.body));
  if (!same(contentDigest(t.core.id, content), t.core.digest)) throw new Forged('content');
  return content;
}

