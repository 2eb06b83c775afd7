// SPDX-License-Identifier: Apache-2.0
// signed: body | signature over label | nid | body, of PROTOCOL 1.5.
import { cat, label, Reader, require } from './bytes.js';
import { sign, verify } from './crypto.js';

export const SIGNATURE = 132, HOUR = 3600000, DAY = 86400000;

export const append = (name, nid, body, key) => cat(body, sign(key, label(name), nid, body));

// now is left out where the dates are judged later.
export function checkDates(said, now) {
  if (now === undefined) return;
  require(said.made === undefined || said.made <= now + HOUR, 'made in the future', 'clock');
  require(said.expires === undefined || now < said.expires, 'over', 'expired');
}

// Read a statement with one signature, in the order of 1.5: `parse` reads the body and gives what it
// says, `ids` compares the ids in it with the keys.
export function check(name, nid, statement, key, now, parse, ids = () => {}) {
  const r = new Reader(statement);
  const said = parse(r);
  const body = Buffer.from(r.read);
  const signature = r.take(SIGNATURE);
  r.end();
  verify(key, signature, label(name), nid, body);
  ids(said);
  checkDates(said, now);
  return { ...said, body, signature };
}
