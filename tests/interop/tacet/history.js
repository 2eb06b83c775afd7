// SPDX-License-Identifier: Apache-2.0
// history: what one device gives another, of PROTOCOL 15.5.
import { b32, cat, label, Reader, require, same, u8, u16, u32, u64 } from './bytes.js';
import { Forged, sign, verify } from './crypto.js';
import { contentDigest, core, readCore, wrap } from './message.js';
import { isHandle } from './names.js';

export const OFFER = 1, TAKEN = 2, PIECE = 3, OVER = 4;
export const PERSON = 1, LIST = 2, PROVED = 3, UNPROVED = 4;
const CUT_MOST = 65000, TEXT_MOST = 65536, NOTES = 0x1ef, YEAR_S = 31536000;

export function write(h) {
  const front = cat(u8(h.kind), h.transfer);
  switch (h.kind) {
    case OFFER: return cat(front, u64(h.of));
    case TAKEN: return cat(front, u32(h.number));
    case PIECE: return cat(front, u32(h.number), u8(h.last), u64(h.done), u64(h.of), h.cut);
    default: return cat(front, u8(h.code));
  }
}

export function read(content) {
  const r = new Reader(content);
  const h = { kind: r.u8(), transfer: r.take(16), number: 0, last: 0, done: 0, of: 0, code: 0, cut: Buffer.alloc(0) };
  require(h.kind >= OFFER && h.kind <= OVER, 'kind');
  if (h.kind === OFFER) h.of = r.u64();
  if (h.kind === TAKEN) h.number = r.u32();
  if (h.kind === OVER) {
    h.code = r.u8();
    require(h.code !== 0, 'no reason');
  }
  if (h.kind === PIECE) {
    Object.assign(h, { number: r.u32(), last: r.u8(), done: r.u64(), of: r.u64() });
    require(r.left <= CUT_MOST, 'cut', 'limit');
    h.cut = r.take(r.left);
    require(h.number >= 1 && h.last <= 1 && BigInt(h.done) <= BigInt(h.of), 'piece');
    require(h.last === 1 || h.cut.length > 0, 'empty piece');
  }
  r.end();
  return h;
}

const about = (e) => cat(e.aid, u8((e.mine ? 1 : 0) | (e.read ? 2 : 0)), u8(e.state), u32(e.notes), u64(e.missing),
                         u64(e.kept));

export function writeEntry(e) {
  switch (e.kind) {
    case PERSON: return cat(u8(e.kind), e.aid, e.ark, e.handle);
    case LIST: return cat(u8(e.kind), e.list);
    case PROVED: return cat(u8(e.kind), about(e), e.ctx, core(e.core), wrap(e.wrap), e.signature, e.content);
    default:
      return cat(u8(e.kind), about(e), e.did, e.id, u64(e.seq), u64(e.time), u32(e.ttl), u16(e.type), e.content);
  }
}

function readMessage(r, kind) {
  const e = { kind, aid: r.take(32), flags: r.u8(), state: r.u8(), notes: r.u32(), missing: r.u64(), kept: r.u64() };
  require(e.flags <= 3, 'flags');
  e.mine = (e.flags & 1) !== 0;
  e.read = (e.flags & 2) !== 0;
  if (kind === PROVED) {
    e.ctx = r.take(64);
    e.core = readCore(r);
    e.wrap = { roster: r.take(48), listVersion: r.u32(), listHash: r.take(16) };
    e.signature = r.take(132);
    Object.assign(e, { did: e.core.sender.did, id: e.core.id, seq: e.core.seq, time: e.core.time, ttl: e.core.ttl,
                       type: e.core.type });
  } else {
    Object.assign(e, { did: r.take(16), id: r.take(16), seq: r.u64(), time: r.u64(), ttl: r.u32(), type: r.u16() });
  }
  require(r.left <= TEXT_MOST, 'content', 'limit');
  e.content = r.take(r.left);
  require((e.notes & ~NOTES) === 0, 'notes');
  require(e.mine ? e.state >= 3 && e.state <= 5 : e.state === 0, 'state');
  require(e.seq >= 1 && e.ttl >= 1 && e.ttl <= YEAR_S && !(e.type >= 16 && e.type <= 31), 'message');
  return e;
}

export function readEntry(bytes) {
  const r = new Reader(bytes);
  const kind = r.u8();
  require(kind >= PERSON && kind <= UNPROVED, 'kind');
  if (kind === LIST) return { kind, list: r.take(r.left) };
  if (kind !== PERSON) return readMessage(r, kind);
  const e = { kind, aid: r.take(32), ark: r.take(67), handle: r.take(r.left) };
  require(isHandle(e.handle), 'handle');
  return e;
}

export const prove = (e, dskKey) =>
  sign(dskKey, label('tacet1 msg'), e.core.sender.nid, e.ctx, core(e.core), wrap(e.wrap));

// That the device with this key signed it.
export function checkProof(e, dsk) {
  if (!same(contentDigest(e.core.id, e.content), e.core.digest)) throw new Forged('content');
  verify(dsk, e.signature, label('tacet1 msg'), e.core.sender.nid, e.ctx, core(e.core), wrap(e.wrap));
}

export const join = (entries) => cat(...entries.map((e) => b32(e)));
