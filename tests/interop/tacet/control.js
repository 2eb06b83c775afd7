// SPDX-License-Identifier: Apache-2.0
// control: what control messages say, of PROTOCOL 6.8.
import { cat, Reader, require, requireRising, u8, u64 } from './bytes.js';

export const RESET = 16, MISSING = 17, VOID = 18, SETTLED = 19, HELLO = 20;

function counted(list) {
  require(list.length >= 1 && list.length <= 32, 'count');
  return u8(list.length);
}
const ranges = (list) => cat(counted(list), ...list.flatMap((x) => [u64(x.first), u64(x.last)]));

export function write(type, list) {
  switch (type) {
    case RESET: return cat(counted(list), ...list);
    case MISSING: case VOID: return ranges(list);
    case SETTLED: return cat(counted(list), ...list.flatMap((x) => [x.ctx, x.id]));
    default: return Buffer.alloc(0);
  }
}

export function readRanges(r, count) {
  const list = [];
  for (let i = 0; i < count; i++) list.push({ first: r.u64(), last: r.u64() });
  list.forEach((x, i) => require(
    x.first >= 1 && x.first <= x.last && (i === 0 || BigInt(x.first) > BigInt(list[i - 1].last) + 1n),
    'ranges'));
  return list;
}

export function read(type, content) {
  require(type >= RESET && type <= HELLO, 'unknown type', 'absent');
  const r = new Reader(content);
  if (type === HELLO) { r.end(); return []; }
  const count = r.u8();
  require(count <= 32, 'count', 'limit');
  require(count >= 1, 'count');
  let list = [];
  if (type === RESET) {
    for (let i = 0; i < count; i++) list.push(r.take(16));
    requireRising(list, (x) => x, 'ctx');
  } else if (type === SETTLED) {
    for (let i = 0; i < count; i++) list.push({ ctx: r.take(16), id: r.take(16) });
    requireRising(list, (x) => x.ctx, 'ctx');
  } else {
    list = readRanges(r, count);
  }
  r.end();
  return list;
}
