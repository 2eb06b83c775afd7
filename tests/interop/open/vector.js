// SPDX-License-Identifier: Apache-2.0
// vector: the files of tests/vectors, read so that no field of them can be passed over.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { hex, Refused, unhex } from '../tacet/bytes.js';
import { publicOf } from '../tacet/crypto.js';

// TACET_VECTORS names another folder than the source's.
export const FOLDER = process.env.TACET_VECTORS ?? new URL('../../vectors', import.meta.url).pathname;

export const names = () =>
  readdirSync(FOLDER).filter((f) => f.endsWith('.json')).map((f) => f.slice(0, -5)).sort();

const isObject = (x) => x !== null && typeof x === 'object';

// Numbers that a double cannot hold come as BigInt.
function parse(text) {
  const exact = text.replace(/(: |\[|^ *)(\d{16,})(?=,?$)/gm, '$1"exactly $2"');
  return JSON.parse(exact, (_, x) =>
    typeof x === 'string' && x.startsWith('exactly ') ? BigInt(x.slice(8)) : x);
}

function leaves(x, path, out) {
  for (const key of Object.keys(x)) {
    if (isObject(x[key])) leaves(x[key], [...path, key], out);
    else out.add([...path, key].join('.'));
  }
  return out;
}

const watched = (x, path, unread) => new Proxy(x, {
  get(target, key) {
    const value = Reflect.get(target, key);
    if (typeof key === 'symbol' || typeof value === 'function') return value;
    if (isObject(value)) return watched(value, [...path, key], unread);
    unread.delete([...path, key].join('.'));
    return value;
  },
});

// The file, and which of its fields nothing has looked at yet.
export function load(name, folder = FOLDER) {
  const file = parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
  const unread = leaves(file, [], new Set());
  unread.delete('source');
  return { file: watched(file, [], unread), unread };
}

export const is = (got, expected, what) => assert.equal(hex(got), expected, what);
export const partyOf = (o) => ({ nid: unhex(o.nid), aid: unhex(o.aid), did: unhex(o.did) });

// A P-521 key pair, whose public half follows from the private one.
export function pairOf(o) {
  const pair = { private: unhex(o.private), public: unhex(o.public) };
  is(publicOf(pair.private), o.public, 'public key');
  return pair;
}

export const refuses = (attempt, code, what) => assert.throws(attempt, (e) => {
  assert.ok(e instanceof Refused, `${what}: ${e.stack}`);
  if (code !== undefined) assert.equal(e.code, code, what);
  return true;
}, what);

// Which bytes to change: both ends, and every some bytes between.
function sample(n) {
  const step = Math.max(1, Math.floor(n / 24));
  const at = new Set([0, n - 1]);
  for (let i = 0; i < n; i += step) at.add(i);
  return at;
}

// What opens as it is does not open with a bit changed, a byte less or one more.
export function onlyAsItIs(bytes, attempt, what) {
  attempt(bytes);
  for (const i of sample(bytes.length)) {
    const changed = Buffer.from(bytes);
    changed[i] ^= 1 << i % 8;
    refuses(() => attempt(changed), undefined, `${what} with byte ${i} changed`);
  }
  refuses(() => attempt(bytes.subarray(0, bytes.length - 1)), undefined, `${what} cut`);
  refuses(() => attempt(Buffer.concat([bytes, Buffer.alloc(1)])), undefined, `${what} and more`);
}
