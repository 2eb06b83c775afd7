// SPDX-License-Identifier: Apache-2.0
// calls: keys and frames of calls, of PROTOCOL 14.  Key ids and counters are BigInt.
import { cat, label, Reader, require, u8, u16, u32, u64, zeros } from './bytes.js';
import { expand, extract, hkdf, open, seal } from './crypto.js';

export const SUITE = 5, TAG = 16, WINDOW = 1024n, FRAMES_MOST = 2n ** 32n, KID_END = 2n ** 42n;
const METADATA_MOST = 256, MEDIA_MOST = 1048576;

// ---- 14.2, 14.3

export const keyId = (epoch, index) => 1024n * BigInt(epoch) + BigInt(index);
export const baseKey = (secret, did, epoch) =>
  hkdf(zeros(0), secret, cat(label('tacet1 call'), did, u32(epoch)), 32);

export const keyLabel = () => Buffer.from('SFrame 1.0 Secret key ', 'ascii');
export const named = (kid) => cat(u64(kid), u16(SUITE));
export const saltLabel = () => Buffer.from('SFrame 1.0 Secret salt ', 'ascii');

export function frameKeys(base, kid) {
  const prk = extract(zeros(0), base);
  return { kid, prk, key: expand(prk, cat(keyLabel(), named(kid)), 32),
           salt: expand(prk, cat(saltLabel(), named(kid)), 12) };
}

// ---- 14.4

function field(n) {
  if (n < 8n) return { bits: Number(n), bytes: zeros(0) };
  const all = u64(n);
  const bytes = all.subarray(all.findIndex((x) => x !== 0));
  return { bits: 8 | bytes.length - 1, bytes };
}

export function writeHeader(kid, ctr) {
  const k = field(BigInt(kid)), c = field(BigInt(ctr));
  return cat(u8(k.bits << 4 | c.bits), k.bytes, c.bytes);
}

function readField(r, bits) {
  if (bits < 8) return BigInt(bits);
  const bytes = r.take((bits & 7) + 1);
  require(bytes[0] !== 0 && (bytes.length > 1 || bytes[0] >= 8), 'a longer form than it needs');
  return BigInt('0x' + bytes.toString('hex'));
}

export function readHeader(frame) {
  const r = new Reader(frame);
  const config = r.u8();
  const kid = readField(r, config >> 4);
  const ctr = readField(r, config & 15);
  return { kid, ctr, bytes: r.read };
}

// Epoch and index of a key id.
export function takeApart(kid) {
  require(kid < KID_END, 'no epoch has this key id');
  return { epoch: Number(kid / 1024n), index: Number(kid % 1024n) };
}

export function nonce(salt, ctr) {
  const mask = cat(zeros(4), u64(ctr));
  return Buffer.from(salt.map((x, i) => x ^ mask[i]));
}

export function sealFrame(keys, ctr, metadata, media) {
  require(BigInt(ctr) < FRAMES_MOST && metadata.length <= METADATA_MOST && media.length <= MEDIA_MOST,
          'frame', 'limit');
  const header = writeHeader(keys.kid, ctr);
  return cat(header, seal(keys.key, cat(header, metadata), media, nonce(keys.salt, ctr)));
}

// ---- 14.6: what is kept of one device in one epoch

export const receiver = (keys) => ({ keys, highest: -1n, had: new Set() });

// keysOf: the receiver for a key id, or nothing.
export function openFrame(keysOf, metadata, frame) {
  const h = readHeader(frame);
  const to = keysOf(h.kid);
  require(to, 'key id', 'absent');
  require(h.ctr < FRAMES_MOST, 'counter', 'limit');
  require(h.ctr + WINDOW > to.highest, 'counter', 'stale');
  require(!to.had.has(h.ctr), 'counter', 'conflict');
  const sealed = frame.subarray(h.bytes.length);
  require(sealed.length >= TAG, 'frame', 'truncated');
  require(sealed.length <= MEDIA_MOST + TAG && metadata.length <= METADATA_MOST, 'frame', 'limit');
  const media = open(to.keys.key, cat(h.bytes, metadata), sealed, nonce(to.keys.salt, h.ctr));
  to.had.add(h.ctr);
  if (h.ctr > to.highest) to.highest = h.ctr;
  for (const x of to.had) if (x + WINDOW <= to.highest) to.had.delete(x);
  return media;
}
