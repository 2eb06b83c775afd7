// SPDX-License-Identifier: Apache-2.0
// signed: body | signature over label | nid | body, of PROTOCOL 1.5.
import { cat, label, Reader } from './bytes.js';
import { sign, verify } from './crypto.js';

export const SIGNATURE = 132;

export const append = (name, nid, body, key) => cat(body, sign(key, label(name), nid, body));

// Read a statement with one signature: `parse` reads the body and gives what it says.
export function check(name, nid, statement, key, parse) {
  const r = new Reader(statement);
  const said = parse(r);
  const body = Buffer.from(r.read);
  const signature = r.take(SIGNATURE);
  r.end();
  verify(key(said), signature, label(name), nid, body);
  return { ...said, body };
}
