// SPDX-License-Identifier: Apache-2.0
// contents: what speaks of another message, of PROTOCOL 6.10.
import { cat, Reader, require, u64, u8, utf8 } from './bytes.js';
import * as filed from './filed.js';
import * as position from './position.js';

export const REPLY = 2, REACTION = 3, EDIT = 4, RECALL = 5, MOVED = 9, FILED = 11;
const MOST = { [REPLY]: 65504, [REACTION]: 32, [EDIT]: 65496, [RECALL]: 0, [MOVED]: 276, [FILED]: 512 };

const isPassedOver = (c) => c <= 0x20 || (c >= 0x7f && c <= 0x9f) || c === 0x2028 || c === 0x2029;

export function write(c) {
  const middle = { [REPLY]: () => cat(), [REACTION]: () => cat(u64(c.stamp), u8(c.on)), [EDIT]: () => u64(c.stamp),
                   [RECALL]: () => cat(), [MOVED]: () => u64(c.stamp),
                   [FILED]: () => u64(c.stamp) };
  return cat(c.did, c.id, middle[c.type](), c.text);
}

export function read(type, content) {
  require(type in MOST, 'type');
  const r = new Reader(content);
  const c = { type, did: r.take(16), id: r.take(16), stamp: 0, on: 0 };
  if (type === REACTION || type === EDIT || type === MOVED || type === FILED) c.stamp = r.u64();
  if (type === REACTION) {
    c.on = r.u8();
    require(c.on <= 1, 'on');
  }
  c.text = r.take(r.left);
  require(c.text.length <= MOST[type], 'text', 'limit');
  if (type === MOVED) {
    position.read(c.text);
    return c;
  }
  if (type === FILED) {
    filed.read(c.text);
    return c;
  }
  const text = utf8(c.text);
  if (type === REACTION)
    require(text !== '' && ![...text].some((x) => isPassedOver(x.codePointAt(0))), 'kind');
  return c;
}
