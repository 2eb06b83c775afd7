// SPDX-License-Identifier: Apache-2.0
// bend: how the makers of odd things bend bytes, and what is said of those.
import { Refused } from '../tacet/bytes.js';

export const fill = (n, x) => Buffer.alloc(n, x);

// Byte `at` of b is x; a negative place is counted from the end.
export function set(b, at, x) {
  const out = Buffer.from(b);
  out[at < 0 ? b.length + at : at] = x;
  return out;
}

// "ok", or the code of the refusal.
export function says(attempt) {
  try {
    attempt();
    return 'ok';
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return e.code;
  }
}
