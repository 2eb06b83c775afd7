// SPDX-License-Identifier: Apache-2.0
// draw: fresh keys and ids, by chance or, from a seed, the same ones each time; and how what was made
// becomes a vector.
import assert from 'node:assert/strict';
import { cat, compare, hex, u64, zeros } from '../tacet/bytes.js';
import { kemPair, newPair, random, sha512 } from '../tacet/crypto.js';
import { accountId, deviceId } from '../tacet/names.js';
import { kemDigest } from '../tacet/statements.js';

export class Draw {
  constructor(seed) {
    this.seed = seed;
    this.count = 0;
  }

  bytes(n) {
    if (this.seed === undefined) return random(n);
    let out = zeros(0);
    while (out.length < n) out = cat(out, sha512(Buffer.from(this.seed), u64(this.count++)));
    return out.subarray(0, n);
  }

  pair() { return newPair(cat(zeros(1), this.bytes(65))); }

  kem() {
    const seed = this.bytes(64);
    const key = Buffer.from(kemPair(seed).publicKey);
    return { seed, public: key, digest: kemDigest(key) };
  }

  // A person with two devices, sorted by did.
  person(nid) {
    const ark = this.pair();
    const aid = accountId(nid, ark.public);
    const devices = [this.pair(), this.pair()]
      .map((dsk) => ({ dsk, nid, aid, did: deviceId(aid, dsk.public) }))
      .sort((a, b) => compare(a.did, b.did));
    return { nid, ark, aid, devices };
  }
}

const plain = (x) => (Buffer.isBuffer(x) ? hex(x) : typeof x === 'bigint' ? Number(x) : x);

export function inHex(x) {
  if (x === null || typeof x !== 'object' || Buffer.isBuffer(x)) return plain(x);
  if (Array.isArray(x)) return x.map(inHex);
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, inHex(y)]));
}

// What was made, with the names of the pattern in its order: no more, no less.
export function shaped(pattern, made, path = '') {
  if (Array.isArray(pattern)) {
    assert.equal(made?.length, pattern.length, `length of ${path}`);
    return pattern.map((x, i) => shaped(x, made[i], `${path}[${i}]`));
  }
  if (pattern === null || typeof pattern !== 'object') {
    const value = plain(made);
    assert.equal(typeof value, typeof pattern, path);
    return value;
  }
  return Object.fromEntries(Object.entries(pattern).map(([key, x]) =>
    [key, shaped(x, made[key], `${path}.${key}`)]));
}
