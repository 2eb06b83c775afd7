// SPDX-License-Identifier: Apache-2.0
// media: files.json, frames.json, and sframe.json with what RFC 9605 says.
import assert from 'node:assert/strict';
import { cat, hex, unhex } from '../tacet/bytes.js';
import * as calls from '../tacet/calls.js';
import * as file from '../tacet/files.js';
import { is, onlyAsItIs, refuses } from './vector.js';

// byte i is (7 i + i / 251) modulo 256
export const contentOf = (size) =>
  Buffer.from(Array.from({ length: size }, (_, i) => (7 * i + Math.floor(i / 251)) % 256));

function openSizes(sizes) {
  for (const o of sizes) {
    const s = file.shape(o.size);
    assert.deepEqual([s.padded, s.count, s.sealed], [o.padded, o.chunks, o.sealed_size], `size ${o.size}`);
  }
  refuses(() => file.shape(file.SIZE_MOST + 1), 'limit');
}

function openChunk(o, key, s, i, content) {
  const c = file.chunkOf(s, i);
  assert.deepEqual([c.own, c.padded], [o.own, o.padded]);
  is(file.nonce(i, c.last), o.nonce, 'nonce');
  const own = content.subarray(c.at, c.at + c.own);
  const sealed = file.sealChunk(key, s, i, own);
  is(sealed.subarray(c.padded), o.tag, 'tag');
  if (o.sealed !== undefined) is(sealed, o.sealed, 'sealed chunk');
  is(file.digest(sealed), o.digest, 'digest of a chunk');
  assert.ok(file.openChunk(key, s, i, sealed).equals(own));
  onlyAsItIs(sealed, (b) => file.openChunk(key, s, i, b), 'a chunk');
  refuses(() => file.openChunk(key, s, i, sealed.subarray(1)), 'truncated');
  refuses(() => file.openChunk(key, s, i, cat(sealed, sealed)), 'malformed');
  refuses(() => file.openChunk(key, s, s.count, sealed), 'malformed');
  return sealed;
}

function openFile(o, content) {
  const s = file.shape(o.size);
  const descriptor = unhex(o.descriptor);
  const d = file.readDescriptor(descriptor);
  assert.deepEqual([s.padded, s.count, s.sealed, d.size], [o.padded, o.chunks.length, o.sealed_size, o.size]);
  is(d.key, o.key, 'file key');
  is(d.root, o.root, 'root');
  is(file.writeDescriptor(d), o.descriptor, 'descriptor written back');
  const key = file.chunkKey(d.key);
  is(key, o.chunk_key, 'chunk key');
  const sealed = o.chunks.map((c, i) => openChunk(c, key, s, i, content));
  const digests = sealed.map(file.digest);
  is(file.root(s.padded, digests), o.root, 'root worked out');
  const whole = cat(...sealed);
  assert.equal(whole.length, s.sealed);
  assert.ok(file.openFile(descriptor, whole).equals(content.subarray(0, o.size)));
  onlyAsItIs(descriptor, (b) => file.openFile(b, whole), 'a descriptor');
  refuses(() => file.openFile(descriptor, cat(whole, Buffer.alloc(1))), 'malformed', 'bytes behind');
  refuses(() => file.checkRoot(d, digests.slice(1)), 'truncated', 'a digest is missing');
  refuses(() => file.checkRoot(d, [...digests, digests[0]]), 'malformed', 'a digest too many');
  refuses(() => file.checkRoot(d, digests.map(() => Buffer.alloc(48))), 'forged', 'other digests');
  if (s.count > 1)
    refuses(() => file.openFile(descriptor, cat(sealed[1].subarray(0, sealed[0].length), sealed[0],
                                                ...sealed.slice(2))), undefined, 'chunks changed about');
}

function refuseDescriptors() {
  const d = (size) => file.writeDescriptor({ key: Buffer.alloc(32), size, root: Buffer.alloc(48) });
  refuses(() => file.readDescriptor(d(file.SIZE_MOST + 1)), 'limit');
  refuses(() => file.readDescriptor(d(file.SIZE_MOST + 1).subarray(0, 41)), 'limit', 'what is wrong first');
  refuses(() => file.readDescriptor(d(2n ** 64n - 1n)), 'limit');
  refuses(() => file.readDescriptor(cat(Buffer.from([2]), d(1).subarray(1))), 'malformed');
  refuses(() => file.readDescriptor(d(1).subarray(0, 88)), 'truncated');
  refuses(() => file.readDescriptor(cat(d(1), Buffer.alloc(1))), 'malformed');
  file.readDescriptor(d(file.SIZE_MOST));
}

function openAttachment(o) {
  const content = unhex(o.content);
  const a = file.readAttachment(content);
  is(a.id, o.id, 'id');
  is(a.descriptor, o.descriptor, 'descriptor of an attachment');
  assert.deepEqual([a.voice, a.viewOnly, a.forwarded, a.duration],
                   [o.voice === 1, o.view_only === 1, o.forwarded === 1, o.duration_ms]);
  is(a.name, o.name, 'name');
  is(a.type, o.type, 'type');
  is(a.preview, o.preview, 'preview');
  is(file.writeAttachment(a), o.content, 'attachment written back');
  for (let n = 0; n < content.length; n++)
    refuses(() => file.readAttachment(content.subarray(0, n)), 'truncated');
  refuses(() => file.readAttachment(cat(content, Buffer.alloc(1))), 'malformed');
}

export function files(v) {
  const content = contentOf(Math.max(...v.files.map((o) => o.size)));
  assert.match(v.content, /^byte i is/);
  openSizes(v.sizes);
  for (const o of v.files) openFile(o, content);
  for (const o of v.attachments) openAttachment(o);
  refuseDescriptors();
}

function openFrame(o, keys) {
  const metadata = unhex(o.metadata), frame = unhex(o.frame);
  const header = calls.readHeader(frame);
  is(header.bytes, o.header, 'header');
  assert.deepEqual([header.kid, header.ctr], [keys.kid, BigInt(o.ctr)]);
  is(calls.writeHeader(keys.kid, o.ctr), o.header, 'header written back');
  is(calls.nonce(keys.salt, o.ctr), o.nonce, 'nonce');
  is(cat(header.bytes, metadata), o.aad, 'aad');
  is(calls.sealFrame(keys, o.ctr, metadata, unhex(o.media)), o.frame, 'frame sealed again');
  onlyAsItIs(frame, (b) => {
    const r = calls.receiver(keys);
    is(calls.openFrame((kid) => kid === keys.kid && r, metadata, b), o.media, 'media');
  }, 'a frame');
  refuses(() => calls.openFrame(() => calls.receiver(keys), cat(metadata, metadata, Buffer.alloc(1)), frame),
          'forged', 'other metadata');
}

// In the vector's order, which rises, and again.
function receive(frames, keys) {
  const r = calls.receiver(keys);
  const open = (o) => calls.openFrame((kid) => kid === keys.kid && r, unhex(o.metadata), unhex(o.frame));
  const at = (ctr) => calls.sealFrame(keys, ctr, Buffer.alloc(0), Buffer.alloc(1));
  for (const o of frames) {
    const forged = unhex(o.frame);
    forged[forged.length - 1] ^= 1;
    refuses(() => open({ metadata: o.metadata, frame: hex(forged) }), 'forged');
    is(open(o), o.media, 'media after a forged frame');
    refuses(() => open(o), undefined, 'twice');
  }
  const { highest } = r;
  if (highest < calls.WINDOW) return;
  refuses(() => open({ metadata: '', frame: hex(at(highest - calls.WINDOW)) }), 'stale');
  open({ metadata: '', frame: hex(at(highest - calls.WINDOW + 1n)) });
  refuses(() => open({ metadata: '', frame: hex(at(highest)) }), 'conflict');
  refuses(() => open({ metadata: '', frame: hex(calls.writeHeader(keys.kid, 2n ** 32n)) }), 'limit');
  refuses(() => open({ metadata: '', frame: hex(calls.writeHeader(keys.kid + 1n, 0n)) }), 'absent');
}

export function frames(v) {
  const secret = unhex(v.secret);
  for (const s of v.senders) {
    const kid = calls.keyId(s.epoch, s.index);
    assert.equal(kid, BigInt(s.kid));
    assert.deepEqual(calls.takeApart(kid), { epoch: s.epoch, index: s.index });
    const base = calls.baseKey(secret, unhex(s.did), s.epoch);
    const keys = calls.frameKeys(base, kid);
    is(base, s.base);
    is(keys.prk, s.sframe_secret);
    is(keys.key, s.key);
    is(keys.salt, s.salt);
    for (const o of s.frames) openFrame(o, keys);
    receive(s.frames, keys);
  }
  refuses(() => calls.takeApart(2n ** 42n), 'malformed');
  for (const bad of ['8007', '0807', '900000', '09000f'])
    refuses(() => calls.readHeader(unhex(bad)), 'malformed', `header ${bad}`);
  for (const short of ['', '90', '9001', '980102'])
    refuses(() => calls.readHeader(unhex(short)), 'truncated', `header ${short}`);
}

export function sframe(v) {
  for (const h of v.headers) {
    const kid = unhex(h.kid).readBigUInt64BE(), ctr = unhex(h.ctr).readBigUInt64BE();
    is(calls.writeHeader(kid, ctr), h.encoded, 'header');
    const back = calls.readHeader(unhex(h.encoded));
    assert.deepEqual([back.kid, back.ctr, back.bytes.length], [kid, ctr, h.encoded.length / 2]);
  }
  const s = v.suite5;
  assert.equal(s.cipher_suite, calls.SUITE);
  const kid = BigInt(s.kid);
  const keys = calls.frameKeys(unhex(s.base_key), kid);
  is(cat(calls.keyLabel(), calls.named(kid)), s.sframe_key_label);
  is(cat(calls.saltLabel(), calls.named(kid)), s.sframe_salt_label);
  is(keys.prk, s.sframe_secret);
  is(keys.key, s.sframe_key);
  is(keys.salt, s.sframe_salt);
  is(calls.nonce(keys.salt, s.ctr), s.nonce);
  is(cat(calls.writeHeader(kid, s.ctr), unhex(s.metadata)), s.aad);
  is(calls.sealFrame(keys, s.ctr, unhex(s.metadata), unhex(s.pt)), s.ct);
  is(calls.openFrame(() => calls.receiver(keys), unhex(s.metadata), unhex(s.ct)), s.pt);
}
