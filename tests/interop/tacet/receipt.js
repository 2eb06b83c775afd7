// SPDX-License-Identifier: Apache-2.0
// receipt: which places of a stream came, and up to which one they were read, of PROTOCOL 6.13.
import { cat, Reader, require, u64, u8 } from './bytes.js';
import { readRanges } from './control.js';

export const write = (r) =>
  cat(r.did, u64(r.read), u8(r.came.length), ...r.came.flatMap((x) => [u64(x.first), u64(x.last)]));

export function read(content) {
  const r = new Reader(content);
  const out = { did: r.take(16), read: r.u64() };
  const count = r.u8();
  require(count <= 32, 'count', 'limit');
  require(count > 0 || out.read !== 0, 'tells nothing');
  out.came = readRanges(r, count);
  r.end();
  return out;
}
