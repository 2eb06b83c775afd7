// SPDX-License-Identifier: Apache-2.0
// contents: contents.json.
import { write } from '../tacet/contents.js';

export function makeContents(draw, pattern) {
  return { contents: pattern.contents.map((o) => {
    const c = { ...o, did: draw.bytes(16), id: draw.bytes(16) };
    return { ...c, content: write({ ...c, text: Buffer.from(o.text) }) };
  }) };
}
