// SPDX-License-Identifier: Apache-2.0
// channel: channel.json, capsules of both profiles and their chains.
import assert from 'node:assert/strict';
import { hex, unhex } from '../tacet/bytes.js';
import * as ch from '../tacet/channel.js';
import { kemPair, sha384 } from '../tacet/crypto.js';
import { is, onlyAsItIs, pairOf, partyOf, refuses } from './vector.js';

function sameSteps(o, c, what) {
  for (const name of ['z1', 'kpq', 'fix', 'prk', 'kb']) is(c[name], o[name], `${name}, ${what}`);
  is(c.epoch.text, o.transcript, `transcript, ${what}`);
  is(c.epoch.t, o.t, `t, ${what}`);
  is(c.epoch.id, o.epoch_id, `epoch id, ${what}`);
}

function followed(o, epoch) {
  let e = epoch;
  for (const at of o.chain) {
    assert.equal(e.n, at.n);
    is(e.ck, at.ck, 'ck');
    const { mk, next } = ch.step(e);
    is(mk, at.mk, 'mk');
    e = next;
  }
}

function openCapsule(v, o, prekey, dsk) {
  const from = partyOf(v.from), me = partyOf(v.to);
  const accept = (bytes, now = v.made_ms) => ch.acceptCapsule(
    ch.parseCapsule(bytes, o.profile), me, prekey, () => dsk.public, now);
  const capsule = unhex(o.capsule);
  const got = accept(capsule);
  sameSteps(o, got, 'accepted');
  for (const field of ['nid', 'aid', 'did']) is(got.from[field], hex(from[field]));
  assert.equal(got.time, v.made_ms);
  is(got.signature, v.sig, 'signature');
  is(ch.parseCapsule(capsule, o.profile).ct, o.ct, 'ct');
  is(ch.deliverCapsule(capsule, o.profile), o.delivered, 'as it is delivered');
  followed(o, got.epoch);
  onlyAsItIs(capsule, (b) => accept(b), 'a capsule');
  onlyAsItIs(unhex(o.delivered), (b) =>
    ch.acceptCapsule(ch.readDelivered(b), me, prekey, () => dsk.public), 'a delivered capsule');
  refuses(() => accept(capsule, v.made_ms - 3600001), 'clock', 'from the future');
  accept(capsule, v.made_ms - 3600000);
  refuses(() => ch.acceptCapsule(ch.parseCapsule(capsule, o.profile), from, prekey, () => dsk.public),
          'forged', 'from this very device');
  refuses(() => ch.acceptCapsule(ch.parseCapsule(capsule, o.profile), me, prekey, () => prekey.point),
          'forged', 'of another device');
  refuses(() => ch.parseCapsule(capsule, 3 - o.profile),
          undefined, 'in the other profile');
}

// From the sender's side, with its keys and its signature.
function makeAgain(v, o, prekey) {
  const opener = { from: partyOf(v.from), pair: pairOf(v.e_c), time: v.made_ms, signature: unhex(v.sig) };
  const made = ch.openEpoch(opener, partyOf(v.to), prekey, o.profile, unhex(v.m));
  sameSteps(o, made, 'opened');
  is(made.ct, o.ct, 'ct');
  is(made.capsule, o.capsule, 'capsule made again');
  followed(o, made.epoch);
}

export function channel(v) {
  const dsk = pairOf(v.dsk), pair = pairOf(v.prekey);
  const seed = unhex(v.kem.seed);
  const kem = Buffer.from(kemPair(seed).publicKey);
  is(kem, v.kem.public, 'ML-KEM key');
  is(sha384(kem), v.kem.digest, 'digest of it');
  const prekey = { number: v.prekey_number, private: pair.private, point: pair.public, seed, kem };
  assert.deepEqual(v.capsules.map((o) => o.profile), [ch.STANDARD, ch.HYBRID]);
  for (const o of v.capsules) {
    openCapsule(v, o, prekey, dsk);
    makeAgain(v, o, prekey);
  }
}
