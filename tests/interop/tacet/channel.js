// SPDX-License-Identifier: Apache-2.0
// channel: capsules, chains and entries, of PROTOCOL 5.
import { cat, label, Reader, require, same, u8, u16, u32, u64, zeros } from './bytes.js';
import { ecdh, expand, extract, Forged, hkdf, hmac, kemDecapsulate, kemEncapsulate, open, seal, sha384,
         sha512, sign, verify } from './crypto.js';
import { party, readParty } from './names.js';
import { HOUR } from './signed.js';

export const SUITE = 1, STANDARD = 1, HYBRID = 2;
export const BOX = 236, CT = 1568;
export const capsuleSize = (profile) => 67 + 4 + (profile === HYBRID ? CT : 0) + BOX;

// Everything that follows from the shared secrets of one capsule.
function keys(c, to, z1, kpq) {
  const fix = cat(u8(SUITE), u8(c.profile), party(to), c.point, u32(c.prekey.number), sha512(c.ct));
  const kb = (prk) => expand(prk, cat(label('tacet1 box'), sha512(fix)), 32);
  const prk = extract(zeros(0), cat(z1, kpq));
  return { fix, prk, kb: kb(prk) };
}

const transcript = (c, from, to) => cat(
  label('tacet1 open'), u8(SUITE), u8(c.profile), party(from), party(to), c.point, u32(c.prekey.number),
  c.prekey.point, c.profile === HYBRID ? sha384(c.prekey.kem) : zeros(48), sha512(c.ct));

function epochOf(c, from, to, prk) {
  const text = transcript(c, from, to);
  const t = sha512(text);
  return { text, t, id: t.subarray(0, 8), ck: expand(prk, cat(label('tacet1 ck0'), t), 32), n: 0,
           profile: c.profile };
}

const signed = (from, point, time) => [label('tacet1 cap'), party(from), point, u64(time)];

// The signature that all capsules of one upload share.
export const opener = (from, dskKey, pair, time) =>
  ({ from, pair, time, signature: sign(dskKey, ...signed(from, pair.public, time)) });

// prekey: number, point and, in profile hybrid, kem: the ML-KEM key.
export function openEpoch(o, to, prekey, profile, coins) {
  const z1 = ecdh(o.pair.private, prekey.point);
  const kem = profile === HYBRID ? kemEncapsulate(prekey.kem, coins) : { ct: zeros(0), shared: zeros(0) };
  const c = { profile, point: o.pair.public, prekey, ct: kem.ct };
  const { fix, prk, kb } = keys(c, to, z1, kem.shared);
  const box = seal(kb, fix, cat(party(o.from), u64(o.time), o.signature));
  return { z1, kpq: kem.shared, ct: kem.ct, fix, prk, kb,
           capsule: cat(c.point, u32(prekey.number), c.ct, box), epoch: epochOf(c, o.from, to, prk) };
}

export function parseCapsule(bytes, profile) {
  require(bytes.length >= capsuleSize(profile), 'capsule', 'truncated');
  require(bytes.length === capsuleSize(profile), 'length of a capsule');
  const r = new Reader(bytes);
  require(bytes[0] === 2 || bytes[0] === 3, 'no point');
  return { profile, point: r.take(67), number: r.u32(), ct: r.take(profile === HYBRID ? CT : 0),
           box: r.take(BOX) };
}

// As it is delivered: version, suite and profile before it.
export const deliverCapsule = (capsule, profile) => cat(u8(1), u8(SUITE), u8(profile), capsule);

export function readDelivered(bytes) {
  const r = new Reader(bytes);
  require(r.u8() === 1 && r.u8() === SUITE, 'version, suite');
  const profile = r.u8();
  require(profile === STANDARD || profile === HYBRID, 'profile');
  return parseCapsule(r.take(r.left), profile);
}

// prekey: number, private, point; in profile hybrid seed and kem too.  dskOf gives a device's key.
// Without `now` the time is judged later.
export function acceptCapsule(parsed, me, prekey, dskOf, now = Infinity) {
  require(parsed.number === prekey.number, 'another prekey', 'absent');
  const z1 = ecdh(prekey.private, parsed.point);
  const kpq = parsed.profile === HYBRID ? kemDecapsulate(prekey.seed, parsed.ct) : zeros(0);
  const c = { profile: parsed.profile, point: parsed.point, prekey, ct: parsed.ct };
  const { fix, prk, kb } = keys(c, me, z1, kpq);
  const r = new Reader(open(kb, fix, parsed.box));
  const from = readParty(r);
  const time = r.u64();
  const signature = r.take(132);
  r.end();
  if (same(from.did, me.did)) throw new Forged('from this very device');
  verify(dskOf(from), signature, ...signed(from, parsed.point, time));
  require(time <= now + HOUR, 'made in the future', 'clock');
  return { from, time, signature, epoch: epochOf(c, from, me, prk), prk, kb, fix, z1, kpq };
}

// ---- 5.2

export function step(epoch) {
  const mk = hmac(epoch.ck, u8(1), Buffer.from('tacet1 mk')).subarray(0, 32);
  const ck = hmac(epoch.ck, u8(2), Buffer.from('tacet1 ck')).subarray(0, 32);
  return { mk, next: { ...epoch, ck, n: epoch.n + 1 } };
}

// ---- 5.3

const entryKey = (b, z) => hkdf(b.mk, z, cat(label('tacet1 entry'), b.ctx, b.from, party(b.to),
                                             u32(b.prekey), b.epoch, u32(b.n)), 32);
const hintMask = (ctx, did, z) => hkdf(zeros(0), z, cat(label('tacet1 hint'), ctx, did), 10);
const xor = (a, b) => Buffer.from(a.map((x, i) => x ^ b[i]));

// b: mk, ctx, from (did), to (party), prekey (number), epoch (id), n.
export function writeEntry(b, z, messageKey) {
  const hint = xor(cat(b.from.subarray(0, 6), u32(b.n)), hintMask(b.ctx, b.to.did, z));
  return cat(u16(b.prekey % 65536), hint, seal(entryKey(b, z), b.ctx, messageKey));
}

export function readHint(entry, ctx, did, z) {
  const plain = xor(entry.subarray(2, 12), hintMask(ctx, did, z));
  return { prekeyLow: entry.readUInt16BE(0), prefix: plain.subarray(0, 6), n: plain.readUInt32BE(6) };
}

export const openEntry = (entry, b, z) => open(entryKey(b, z), b.ctx, entry.subarray(12));
export { entryKey, hintMask };
