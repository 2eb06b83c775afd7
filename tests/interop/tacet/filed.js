// SPDX-License-Identifier: Apache-2.0
// filed: where a message stands among what its conversation keeps, of PROTOCOL 6.15.
import { b8, cat, Reader, require, u8, utf8 } from './bytes.js';

const isControl = (c) => c < 0x20 || (c >= 0x7f && c <= 0x9f) || c === 0x2028 || c === 0x2029;
const isName = (name) => name !== '' && name !== '.' && name !== '..';

function line(bytes) {
  const text = utf8(bytes);
  require(![...text].some((x) => isControl(x.codePointAt(0))), 'control');
  return text;
}

export const write = (f) => cat(u8(f.kept), b8(f.folder), f.title);

export function read(content) {
  const r = new Reader(content);
  const f = { kept: r.u8() };
  require(f.kept <= 1, 'kept');
  f.folder = r.b8();
  f.title = r.take(r.left);
  require(f.title.length <= 255, 'title', 'limit');
  require(f.kept === 1 || f.folder.length + f.title.length === 0, 'what is not kept');
  const names = line(f.folder).split('/');
  require(f.folder.length === 0 || (names.length <= 8 && names.every(isName)), 'folder');
  line(f.title);
  return f;
}
