// SPDX-License-Identifier: Apache-2.0
// media: files.json and frames.json, in the pattern of those that stand in the source.
import { cat, unhex } from '../tacet/bytes.js';
import * as calls from '../tacet/calls.js';
import * as file from '../tacet/files.js';
import { contentOf } from '../open/media.js';

function makeFile(draw, p, content) {
  const key = draw.bytes(32);
  const s = file.shape(p.size), ck = file.chunkKey(key);
  const chunks = p.chunks.map((o, i) => {
    const c = file.chunkOf(s, i);
    const sealed = file.sealChunk(ck, s, i, content.subarray(c.at, c.at + c.own));
    return { own: c.own, padded: c.padded, nonce: file.nonce(i, c.last), sealed,
             tag: sealed.subarray(c.padded), digest: file.digest(sealed) };
  });
  const root = file.root(s.padded, chunks.map((c) => c.digest));
  return { size: p.size, padded: s.padded, sealed_size: s.sealed, key, chunk_key: ck, chunks, root,
           descriptor: file.writeDescriptor({ key, size: p.size, root }) };
}

function makeAttachment(draw, p) {
  const size = file.readDescriptor(unhex(p.descriptor)).size;
  const descriptor = file.writeDescriptor({ key: draw.bytes(32), size, root: draw.bytes(48) });
  const a = { ...p, id: draw.bytes(32), descriptor, name: unhex(p.name), type: unhex(p.type),
              preview: draw.bytes(unhex(p.preview).length) };
  return { ...a, content: file.writeAttachment({ ...a, viewOnly: p.view_only === 1,
                                                 forwarded: p.forwarded === 1, duration: p.duration_ms,
                                                 voice: p.voice === 1 }) };
}

export function makeFiles(draw, pattern) {
  const content = contentOf(Math.max(...pattern.files.map((p) => p.size)));
  const sizes = pattern.sizes.map((p) => {
    const s = file.shape(p.size);
    return { size: p.size, padded: s.padded, chunks: s.count, sealed_size: s.sealed };
  });
  return { ...pattern, sizes, files: pattern.files.map((p) => makeFile(draw, p, content)),
           attachments: pattern.attachments.map((p) => makeAttachment(draw, p)) };
}

function makeFrame(p, keys) {
  const metadata = unhex(p.metadata), media = unhex(p.media);
  const header = calls.writeHeader(keys.kid, p.ctr);
  return { ctr: p.ctr, header, nonce: calls.nonce(keys.salt, p.ctr), metadata, aad: cat(header, metadata),
           media, frame: calls.sealFrame(keys, p.ctr, metadata, media) };
}

export function makeFrames(draw, pattern) {
  const secret = draw.bytes(32);
  const senders = pattern.senders.map((p) => {
    const did = draw.bytes(16);
    const base = calls.baseKey(secret, did, p.epoch);
    const keys = calls.frameKeys(base, calls.keyId(p.epoch, p.index));
    return { did, epoch: p.epoch, index: p.index, kid: keys.kid, base, sframe_secret: keys.prk,
             key: keys.key, salt: keys.salt, frames: p.frames.map((f) => makeFrame(f, keys)) };
  });
  return { ...pattern, secret, senders };
}
