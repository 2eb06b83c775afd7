// SPDX-License-Identifier: Apache-2.0
// What PROTOCOL 6.7 says of streams, in every order of few messages and in many of more.
import assert from 'node:assert/strict';
import test from 'node:test';
import { zeros } from './tacet/bytes.js';
import { random } from './tacet/crypto.js';
import { BASELINE, BEFORE, close, FAULT, FILLED, GAP, NEXT, place, RESTARTED } from './tacet/order.js';

// n messages from place `first`, each with the link of the one before.
function chain(n, first = 1) {
  const out = [];
  for (let i = 0; i < n; i++)
    out.push({ seq: BigInt(first + i), prev: i > 0 ? out[i - 1].link : zeros(32), link: random(32),
               restart: false });
  return out;
}

function deliver(messages, stream = null) {
  const says = [];
  for (const m of messages) {
    const r = place(stream, m);
    stream = r.stream;
    says.push(r.says);
  }
  return { stream, says };
}

function orders(list) {
  if (list.length < 2) return [list];
  return list.flatMap((x, i) => orders(list.filter((_, k) => k !== i)).map((rest) => [x, ...rest]));
}

test('what comes in order is next, and what is skipped is a gap until it comes', () => {
  const m = chain(6);
  assert.deepEqual(deliver(m).says, [BASELINE, NEXT, NEXT, NEXT, NEXT, NEXT]);
  const { stream, says } = deliver([m[0], m[4], m[2], m[1], m[3], m[5]]);
  assert.deepEqual(says, [BASELINE, GAP, FILLED, FILLED, FILLED, NEXT]);
  assert.deepEqual(stream.missing, []);
});

test('in whatever order all come, nothing is missing and nobody is at fault', () => {
  for (const order of orders(chain(6))) {
    const { stream, says } = deliver(order);
    assert.ok(!says.includes(FAULT));
    assert.deepEqual(stream.missing, []);
    assert.deepEqual([stream.baseline, stream.highest], [order[0].seq, 6n]);
    order.forEach((m, i) => assert.equal(says[i] === BEFORE, m.seq < order[0].seq));
  }
});

test('a message that was put in place of another is a fault, in whatever order', () => {
  for (const order of orders([0, 1, 2, 3, 4])) {
    if (order[0] > 1) continue; // below the baseline nothing is compared
    const m = chain(5);
    const other = { ...m[2], link: random(32) };
    const { says } = deliver(order.map((i) => (i === 2 ? other : m[i])));
    assert.ok(says.includes(FAULT), order.join(' '));
  }
});

test('a place that was had is a fault', () => {
  const m = chain(3);
  assert.equal(deliver([...m, m[1]]).says[3], FAULT);
});

test('a restart is a new baseline, and one that is not above the highest is none', () => {
  const m = chain(3);
  const back = { seq: 1048579n, prev: zeros(32), link: random(32), restart: true };
  const { stream, says } = deliver([m[0], m[2], back, m[1]]);
  assert.deepEqual(says, [BASELINE, GAP, RESTARTED, BEFORE]);
  assert.deepEqual([stream.baseline, stream.missing], [back.seq, []]);
  assert.equal(deliver([...m, { ...back, seq: 3n }]).says[3], FAULT);
});

test('of more than 32 ranges the oldest is given up', () => {
  const odd = chain(70).filter((m) => m.seq % 2n === 1n);
  let stream = null;
  const lost = [];
  for (const m of odd) {
    const r = place(stream, m);
    stream = r.stream;
    lost.push(...(r.lost ?? []));
  }
  assert.equal(stream.missing.length, 32);
  assert.deepEqual(lost.map((x) => x.first), [2n, 4n]);
});

test('void closes what is missing of its places, and what is left is still filled', () => {
  const m = chain(10);
  let { stream } = deliver([m[0], m[9]]);
  let closed;
  ({ stream, closed } = close(stream, 4n, 6n));
  assert.deepEqual(closed, [{ first: 4n, last: 6n }]);
  assert.deepEqual(stream.missing.map((x) => [x.first, x.last]), [[2n, 3n], [7n, 9n]]);
  const after = deliver([m[8], m[6], m[7], m[2], m[1]], stream);
  assert.deepEqual(after.says, [FILLED, FILLED, FILLED, FILLED, FILLED]);
  assert.deepEqual(after.stream.missing, []);
  assert.deepEqual(close(after.stream, 1n, 100n).closed, []);
});
