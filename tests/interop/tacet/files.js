// SPDX-License-Identifier: Apache-2.0
// files: a file in sealed chunks and its descriptor, of PROTOCOL 13.
import { b32, b8, cat, isZero, label, Reader, require, same, u8, u32, u64, utf8, zeros } from './bytes.js';
import { Forged, hkdf, open, seal, sha384 } from './crypto.js';

export const CHUNK = 65536, TAG = 16, SIZE_MOST = 5 * 2 ** 30;

// ---- 13.1

const floorLog2 = (n) => n.toString(2).length - 1;

export function padded(size) {
  require(size <= SIZE_MOST, 'size', 'limit');
  const n = Math.max(size, 1024);
  const e = floorLog2(n);
  const m = 2 ** (e - (floorLog2(e) + 1));
  return Math.ceil(n / m) * m;
}

export function shape(size) {
  const whole = padded(size);
  const count = Math.ceil(whole / CHUNK);
  return { size, padded: whole, count, sealed: whole + TAG * count };
}

// Chunk i: where it begins, how long it is, and how much of that is the file's own.
export function chunkOf(s, i) {
  const at = CHUNK * i;
  return { at, padded: Math.min(CHUNK, s.padded - at), last: i === s.count - 1,
           own: Math.max(0, Math.min(CHUNK, s.size - at)) };
}

// ---- 13.2

export const chunkKey = (fileKey) => hkdf(zeros(0), fileKey, label('tacet1 file'), 32);
export const nonce = (i, last) => cat(zeros(7), u32(i), u8(last ? 1 : 0));
export const digest = (sealed) => sha384(sealed);

// own: the bytes of the file in chunk i.
export function sealChunk(key, s, i, own) {
  const c = chunkOf(s, i);
  require(own.length === c.own, 'length of a chunk');
  return seal(key, zeros(0), cat(own, zeros(c.padded - c.own)), nonce(i, c.last));
}

// ---- 13.3

export const root = (whole, digests) => sha384(label('tacet1 file root'), u64(whole), ...digests);
export const writeDescriptor = (d) => cat(u8(1), d.key, u64(d.size), d.root);

export function readDescriptor(bytes) {
  const r = new Reader(bytes);
  require(r.u8() === 1, 'another version');
  const d = { key: r.take(32), size: r.u64() };
  require(d.size <= SIZE_MOST, 'size', 'limit');
  d.root = r.take(48);
  r.end();
  return d;
}

// ---- 13.8

export const PREVIEW_MOST = 32768;

export const writeAttachment = (a) =>
  cat(u8(1), u8((a.voice ? 1 : 0) | (a.viewOnly ? 2 : 0) | (a.forwarded ? 4 : 0)), a.id, a.descriptor, u32(a.duration),
      b8(a.name), b8(a.type), b32(a.preview));

export function readAttachment(bytes) {
  const r = new Reader(bytes);
  require(r.u8() === 1, 'another version');
  const flags = r.u8();
  require(flags < 8, 'another flag');
  const a = { voice: (flags & 1) !== 0, viewOnly: (flags & 2) !== 0, forwarded: (flags & 4) !== 0,
              id: r.take(32) };
  a.descriptor = r.take(89);
  a.file = readDescriptor(a.descriptor);
  a.duration = r.u32();
  a.name = r.b8();
  a.type = r.b8();
  const n = r.u32();
  require(n <= PREVIEW_MOST, 'preview', 'limit');
  a.preview = r.take(n);
  r.end();
  require(a.voice || a.duration === 0, 'duration of what was not spoken');
  require(!a.viewOnly || !a.forwarded, 'what stays where it is was forwarded');
  utf8(a.name);
  require(a.type.length <= 127, 'length of a type');
  require(/^([a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+)?$/.test(a.type.toString('latin1')), 'type');
  return a;
}

// ---- 13.5

export function openChunk(key, s, i, sealed) {
  require(i < s.count, 'a chunk behind the last');
  const c = chunkOf(s, i);
  require(sealed.length >= c.padded + TAG, 'a chunk cut off', 'truncated');
  require(sealed.length === c.padded + TAG, 'a chunk too long');
  const plain = open(key, zeros(0), sealed, nonce(i, c.last));
  require(isZero(plain.subarray(c.own)), 'padding of a file');
  return plain.subarray(0, c.own);
}

export function checkRoot(d, digests) {
  const s = shape(d.size);
  require(digests.length >= s.count, 'chunks are missing', 'truncated');
  require(digests.length === s.count, 'chunks behind the last');
  if (!same(root(s.padded, digests), d.root)) throw new Forged('root');
}

// A file whole, from its descriptor and its sealed bytes.
export function openFile(descriptor, sealed) {
  const d = readDescriptor(descriptor);
  const s = shape(d.size);
  const key = chunkKey(d.key);
  const r = new Reader(sealed);
  const parts = [];
  const digests = [];
  for (let i = 0; i < s.count; i++) {
    const chunk = r.take(chunkOf(s, i).padded + TAG);
    parts.push(openChunk(key, s, i, chunk));
    digests.push(digest(chunk));
  }
  r.end();
  checkRoot(d, digests);
  return cat(...parts);
}
