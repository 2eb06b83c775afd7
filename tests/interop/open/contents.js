// SPDX-License-Identifier: Apache-2.0
// contents: contents.json.
import assert from 'node:assert/strict';
import { cat, hex, unhex } from '../tacet/bytes.js';
import * as contents from '../tacet/contents.js';
import * as filed from '../tacet/filed.js';
import * as position from '../tacet/position.js';
import * as receipt from '../tacet/receipt.js';
import { is, refuses } from './vector.js';

function openReceipt(o) {
  const bytes = unhex(o.content), r = receipt.read(bytes);
  assert.deepEqual([hex(r.did), r.read], [o.did, o.read]);
  assert.equal(r.came.length, o.came.length);
  r.came.forEach((x, i) => assert.deepEqual([x.first, x.last], [o.came[i].first, o.came[i].last]));
  is(receipt.write(r), o.content, 'receipt written back');
  refuses(() => receipt.read(cat(bytes, Buffer.alloc(1))), 'malformed', 'and more');
  refuses(() => receipt.read(bytes.subarray(0, bytes.length - 1)), 'truncated', 'cut');
}

function openPosition(o) {
  const bytes = unhex(o.content), p = position.read(bytes), c = contents.read(contents.MOVED, unhex(o.moved));
  assert.deepEqual([p.latitude, p.longitude, p.accuracy, p.until, p.label.toString()],
                   [o.north - o.south, o.east - o.west, o.accuracy, o.until, o.label]);
  is(position.write(p), o.content, 'position written back');
  assert.deepEqual([hex(c.did), hex(c.id), c.stamp, hex(c.text)], [o.did, o.id, o.stamp, o.content]);
  is(contents.write(c), o.moved, 'what moved written back');
  refuses(() => position.read(bytes.subarray(0, 19)), 'truncated', 'cut');
  refuses(() => position.read(cat(bytes, Buffer.alloc(257))), 'limit', 'a long label');
}

function openCard(o) {
  const bytes = unhex(o.content), c = position.readCard(bytes);
  assert.deepEqual([hex(c.nid), hex(c.aid), c.handle.toString()], [o.nid, o.aid, o.handle]);
  is(position.writeCard(c), o.content, 'card written back');
  refuses(() => position.readCard(bytes.subarray(0, 64)), 'malformed', 'no handle');
  refuses(() => position.readCard(bytes.subarray(0, 63)), 'truncated', 'cut');
}

function openFiled(o) {
  const bytes = unhex(o.content), c = contents.read(contents.FILED, bytes), f = filed.read(c.text);
  assert.deepEqual([hex(c.did), hex(c.id), c.stamp], [o.did, o.id, o.stamp]);
  assert.deepEqual([f.kept, f.folder.toString(), f.title.toString()], [o.kept, o.folder, o.title]);
  is(contents.write({ ...c, text: filed.write(f) }), o.content, 'where it stands written back');
  refuses(() => filed.read(cat(filed.write(f), Buffer.from([10]))), 'malformed', 'a control character');
  refuses(() => filed.read(c.text.subarray(0, 1)), 'truncated', 'cut');
}

export function contentsOf(v) {
  for (const o of v.contents) {
    const bytes = unhex(o.content), c = contents.read(o.type, bytes);
    assert.deepEqual([hex(c.did), hex(c.id), c.stamp, c.on, c.text.toString()], [o.did, o.id, o.stamp, o.on, o.text]);
    is(contents.write(c), o.content, 'content written back');
    refuses(() => contents.read(o.type, bytes.subarray(0, 31)), 'truncated', 'cut');
    refuses(() => contents.read(o.type, cat(bytes, Buffer.from([0xff]))), o.type === contents.RECALL ? 'limit' : 'malformed', 'no UTF-8');
    refuses(() => contents.read(1, bytes), 'malformed', 'type');
  }
  for (const o of v.receipts) openReceipt(o);
  for (const o of v.positions) openPosition(o);
  for (const o of v.cards) openCard(o);
  for (const o of v.filed) openFiled(o);
}
