// SPDX-License-Identifier: Apache-2.0
// contents: contents.json.
import assert from 'node:assert/strict';
import { cat, hex, unhex } from '../tacet/bytes.js';
import * as contents from '../tacet/contents.js';
import { is, refuses } from './vector.js';

export function contentsOf(v) {
  for (const o of v.contents) {
    const bytes = unhex(o.content), c = contents.read(o.type, bytes);
    assert.deepEqual([hex(c.did), hex(c.id), c.stamp, c.on, c.text.toString()], [o.did, o.id, o.stamp, o.on, o.text]);
    is(contents.write(c), o.content, 'content written back');
    refuses(() => contents.read(o.type, bytes.subarray(0, 31)), 'truncated', 'cut');
    refuses(() => contents.read(o.type, cat(bytes, Buffer.from([0xff]))), o.type === contents.RECALL ? 'limit' : 'malformed', 'no UTF-8');
    refuses(() => contents.read(1, bytes), 'malformed', 'type');
  }
}
