// SPDX-License-Identifier: Apache-2.0
// position: where somebody is, and cards, of PROTOCOL 6.14.
import { cat, Reader, require, u32, u64, utf8 } from './bytes.js';
import { isHandle } from './names.js';

const DEGREE = 10000000;
const i32 = (n) => u32(n >>> 0);

export const write = (p) => cat(i32(p.latitude), i32(p.longitude), u32(p.accuracy), u64(p.until), p.label);

export function read(content) {
  const r = new Reader(content);
  const p = { latitude: r.u32() | 0, longitude: r.u32() | 0, accuracy: r.u32(), until: r.u64(), label: r.take(r.left) };
  require(p.label.length <= 256, 'label', 'limit');
  require(Math.abs(p.latitude) <= 90 * DEGREE && Math.abs(p.longitude) <= 180 * DEGREE, 'not on the earth');
  utf8(p.label);
  return p;
}

export const writeCard = (c) => cat(c.nid, c.aid, c.handle);

export function readCard(content) {
  const r = new Reader(content);
  const c = { nid: r.take(32), aid: r.take(32), handle: r.take(r.left) };
  require(isHandle(c.handle), 'handle');
  return c;
}
