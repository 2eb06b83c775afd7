// SPDX-License-Identifier: Apache-2.0
// contents: contents.json.
import { write } from '../tacet/contents.js';
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
  return { contents, receipts };
}
