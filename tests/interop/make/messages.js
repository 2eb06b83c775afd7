// SPDX-License-Identifier: Apache-2.0
// messages: channel.json and message.json, in the pattern of those that stand in the source.
import { isZero, unhex, zeros } from '../tacet/bytes.js';
import * as ch from '../tacet/channel.js';
import { ecdh } from '../tacet/crypto.js';
import * as control from '../tacet/control.js';
import * as msg from '../tacet/message.js';
import * as names from '../tacet/names.js';

function makeChain(pattern, epoch) {
  let e = epoch;
  return pattern.map(() => {
    const { mk, next } = ch.step(e);
    const at = { n: e.n, ck: e.ck, mk };
    e = next;
    return at;
  });
}

export function makeChannel(draw, pattern, people) {
  const from = people.alice.devices[1], to = people.bob.devices[1];
  const pair = draw.pair(), kem = draw.kem(), e_c = draw.pair(), m = draw.bytes(32);
  const prekey = { number: pattern.prekey_number, point: pair.public, kem: kem.public };
  const opener = ch.opener(from, from.dsk.private, e_c, pattern.made_ms);
  const capsules = pattern.capsules.map(({ profile, chain }) => {
    const c = ch.openEpoch(opener, to, prekey, profile, m);
    return { ...c, profile, transcript: c.epoch.text, t: c.epoch.t, epoch_id: c.epoch.id,
             delivered: ch.deliverCapsule(c.capsule, profile), chain: makeChain(chain, c.epoch) };
  });
  return { ...pattern, from, dsk: from.dsk, to, prekey: pair, kem, m, e_c, sig: opener.signature, capsules };
}

function scopeOf(bytes) {
  const places = [];
  for (let at = 2; at < bytes.length; at += 2) places.push(bytes.readUInt16BE(at));
  return places.length > 0 ? places : null;
}

function makeRecipient(draw, p, who) {
  const pair = draw.pair();
  return { ...p, who, pair, epoch: draw.bytes(8), mk: draw.bytes(32),
           prekey: { number: p.prekey_number, point: pair.public } };
}

function finishRecipient(r, made, i, e, from) {
  const z = ecdh(e.private, r.prekey.point);
  const bound = { mk: r.mk, ctx: made.shared.ctx, from: from.did, to: r.who, prekey: r.prekey.number,
                  epoch: r.epoch, n: r.n };
  return { ...r, prekey: r.pair, epoch_id: r.epoch, mk_n: r.mk, z, ek: ch.entryKey(bound, z),
           hint_mask: ch.hintMask(bound.ctx, r.who.did, z), entry: made.entries[i],
           delivery: msg.delivery(made.shared, made.entries[i]) };
}

function makeCore(draw, p, from, room, content) {
  const id = draw.bytes(16);
  const c = { sender: from, room, flags: p.flags ?? 0, id, seq: p.seq,
              prev: isZero(unhex(p.prev)) ? zeros(32) : draw.bytes(32), time: p.sent_ms, ttl: p.ttl_s,
              type: p.type, digest: msg.contentDigest(id, content) };
  return { ...c, sent_ms: c.time, ttl_s: c.ttl, bytes: msg.core(c), link: msg.link(msg.core(c)) };
}

function makeOne(draw, p, people, whoIs) {
  const from = people.alice.devices[1];
  const content = unhex(p.content), scope = scopeOf(unhex(p.scope ?? ''));
  const core = makeCore(draw, p.core, from, names.pairRoom(people.alice, people.bob), content);
  const wrap = { roster: draw.bytes(48), listVersion: p.list_version, listHash: draw.bytes(16) };
  const mk = draw.bytes(32), e = draw.pair();
  const to = p.recipients.map((r) => makeRecipient(draw, r, whoIs(r.who.did)));
  const made = msg.sealMessage({ core, wrap, content, profile: p.profile, scope, mk, pair: e },
                               from.dsk.private, to);
  const { head, com, ctx, body, trailer } = made.shared;
  return {
    ...p, core, roster: wrap.roster, list_hash: wrap.listHash, mk, e, padded: msg.pad(content), head,
    scope: msg.scopeBytes(scope), kb: msg.bodyKey(mk), body, com, ctx, kt: msg.trailerKey(mk, ctx),
    trailer_plain: made.plain, trailer,
    recipients: to.map((r, i) => finishRecipient(r, made, i, e, from)),
    upload: msg.upload(made.shared, p.upload_number, [], made.entries) };
}

// whoIs: whose device it is here that has this did in the pattern.
export function makeMessages(draw, pattern, people, whoIs) {
  const from = people.alice.devices[1];
  const out = { ...pattern, from, dsk: from.dsk,
                messages: pattern.messages.map((p) => makeOne(draw, p, people, whoIs)) };
  if (pattern.controls) out.controls = pattern.controls.map((p) => ({
    ...p, content: control.write(p.type, control.read(p.type, unhex(p.content))) }));
  if (pattern.notice) {
    const { did } = whoIs(pattern.notice.did);
    const n = { number: pattern.notice.upload_number, did, code: pattern.notice.code };
    out.notice = { ...pattern.notice, did, bytes: msg.notice(n) };
  }
  return out;
}
