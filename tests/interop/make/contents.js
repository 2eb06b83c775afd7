// SPDX-License-Identifier: Apache-2.0
// contents: contents.json.
import { FILED, MOVED, write } from '../tacet/contents.js';
import * as shelf from '../tacet/filed.js';
import * as position from '../tacet/position.js';
import * as receipt from '../tacet/receipt.js';

export function makeContents(draw, pattern) {
  const contents = pattern.contents.map((o) => {
    const c = { ...o, did: draw.bytes(16), id: draw.bytes(16) };
    return { ...c, content: write({ ...c, text: Buffer.from(o.text) }) };
  });
  const receipts = pattern.receipts.map((o) => {
    const r = { ...o, did: draw.bytes(16) };
    return { ...r, content: receipt.write(r) };
  });
  const positions = pattern.positions.map((o) => {
    const p = { ...o, did: draw.bytes(16), id: draw.bytes(16) };
    const content = position.write({ ...p, latitude: p.north - p.south, longitude: p.east - p.west, label: Buffer.from(p.label) });
    return { ...p, content, moved: write({ ...p, type: MOVED, text: content }) };
  });
  const cards = pattern.cards.map((o) => {
    const c = { ...o, nid: draw.bytes(32), aid: draw.bytes(32) };
    return { ...c, content: position.writeCard({ ...c, handle: Buffer.from(c.handle) }) };
  });
  const filed = pattern.filed.map((o) => {
    const f = { ...o, did: draw.bytes(16), id: draw.bytes(16) };
    const text = shelf.write({ ...f, folder: Buffer.from(f.folder), title: Buffer.from(f.title) });
    return { ...f, content: write({ ...f, type: FILED, text }) };
  });
  return { contents, receipts, positions, cards, filed };
}
