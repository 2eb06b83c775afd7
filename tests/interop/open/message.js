// SPDX-License-Identifier: Apache-2.0
// message: message.json, messages with every value on the way, control contents, notices.
import assert from 'node:assert/strict';
import { cat, hex, Refused, same, unhex } from '../tacet/bytes.js';
import { entryKey, hintMask, STANDARD } from '../tacet/channel.js';
import * as control from '../tacet/control.js';
import { ecdh } from '../tacet/crypto.js';
import * as msg from '../tacet/message.js';
import { is, onlyAsItIs, pairOf, partyOf, refuses } from './vector.js';

// Profiles, scopes and flags stand in a vector where they are not the plain ones.
const profileOf = (m) => m.profile ?? STANDARD;
const scopeOf = (m) => {
  const bytes = unhex(m.scope ?? '');
  if (bytes.length === 0) return null;
  const places = [];
  for (let at = 2; at < bytes.length; at += 2) places.push(bytes.readUInt16BE(at));
  is(msg.scopeBytes(places), hex(bytes), 'scope');
  return places;
};

const coreOf = (m, from) => ({
  sender: from, room: unhex(m.core.room), flags: m.core.flags ?? 0, id: unhex(m.core.id), seq: m.core.seq,
  prev: unhex(m.core.prev), time: m.core.sent_ms, ttl: m.core.ttl_s, type: m.core.type,
  digest: unhex(m.core.digest) });

const wrapOf = (m) =>
  ({ roster: unhex(m.roster), listVersion: m.list_version, listHash: unhex(m.list_hash) });

// As a device does: it knows whom the prekey, the epoch and the step belong to.
function openAs(v, m, r, bytes) {
  const from = partyOf(v.from), me = partyOf(r.who);
  const d = msg.readDelivery(bytes);
  if (d.entry.readUInt16BE(0) !== r.prekey_number % 65536) throw new Refused('absent', 'prekey');
  if (d.shared.profile !== profileOf(m)) throw new Refused('absent', 'epoch of this profile');
  const hint = msg.hintOf(d, me, unhex(r.prekey.private));
  if (!same(hint.prefix, from.did.subarray(0, 6)) || hint.n !== r.n) throw new Refused('absent', 'key');
  const mk = msg.openKey(d, hint, { from: from.did, me, prekey: r.prekey_number,
                                    epoch: unhex(r.epoch_id), n: r.n, mk: unhex(r.mk_n) });
  const t = msg.openTrailer(d, hint.ctx, mk);
  if (!same(t.core.sender.did, from.did)) throw new Refused('forged', 'sender');
  return { d, hint, mk, t, content: msg.openContent(d, hint.ctx, mk, t, unhex(v.dsk.public)) };
}

function openRecipient(v, m, r) {
  const bytes = unhex(r.delivery);
  pairOf(r.prekey);
  const { d, hint, mk, t, content } = openAs(v, m, r, bytes);
  is(msg.delivery(d.shared, d.entry), r.delivery, 'delivery written back');
  is(d.entry, r.entry);
  is(hint.ctx, m.ctx);
  is(hint.z, r.z);
  is(ecdh(unhex(m.e.private), unhex(r.prekey.public)), r.z, 'z of the sender');
  is(mk, m.mk);
  is(content, m.content);
  is(msg.core(t.core), m.core.bytes, 'core written back');
  is(msg.wrap(t.wrap), hex(msg.wrap(wrapOf(m))), 'wrap');
  is(cat(t.signedBytes, t.signature), m.trailer_plain.slice(0, 840), 'trailer');
  const bound = { mk: unhex(r.mk_n), ctx: hint.ctx, from: partyOf(v.from).did, to: partyOf(r.who),
                  prekey: r.prekey_number, epoch: unhex(r.epoch_id), n: r.n };
  is(entryKey(bound, hint.z), r.ek, 'ek');
  is(hintMask(hint.ctx, bound.to.did, hint.z), r.hint_mask, 'hint mask');
  onlyAsItIs(bytes, (b) => openAs(v, m, r, b), 'a delivery');
}

function openKeys(m) {
  const mk = unhex(m.mk);
  is(msg.pad(unhex(m.content)), m.padded, 'padded');
  is(msg.unpad(unhex(m.padded)), m.content, 'content out of it');
  is(msg.bodyKey(mk), m.kb, 'kb');
  is(msg.commitment(mk), m.com, 'com');
  is(msg.trailerKey(mk, unhex(m.ctx)), m.kt, 'kt');
  is(msg.context({ head: unhex(m.head), scope: scopeOf(m), com: unhex(m.com), body: unhex(m.body) }), m.ctx);
}

function openCore(v, m) {
  const core = coreOf(m, partyOf(v.from));
  is(msg.core(core), m.core.bytes, 'core');
  is(msg.link(msg.core(core)), m.core.link, 'link');
  is(msg.contentDigest(core.id, unhex(m.content)), m.core.digest, 'content digest');
}

// All but for the signature, which is another one each time.
function sealAgain(v, m) {
  const u = msg.readUpload(unhex(m.upload));
  is(msg.upload(u.shared, u.number, u.capsules, u.entries), m.upload, 'upload written back');
  assert.equal(u.number, m.upload_number);
  assert.deepEqual(u.entries.map(hex), m.recipients.map((r) => r.entry));
  for (const name of ['head', 'com', 'body', 'trailer', 'roster']) is(u.shared[name], m[name], name);
  const to = m.recipients.map((r) => ({
    who: partyOf(r.who), epoch: unhex(r.epoch_id), n: r.n, mk: unhex(r.mk_n),
    prekey: { number: r.prekey_number, point: unhex(r.prekey.public) } }));
  const made = msg.sealMessage(
    { core: coreOf(m, partyOf(v.from)), wrap: wrapOf(m), content: unhex(m.content), profile: profileOf(m),
      scope: scopeOf(m), mk: unhex(m.mk), pair: pairOf(m.e) }, pairOf(v.dsk).private, to);
  for (const name of ['head', 'com', 'body']) is(made.shared[name], m[name], `${name} sealed again`);
  is(made.shared.ctx, m.ctx, 'ctx sealed again');
  assert.deepEqual(made.entries.map(hex), m.recipients.map((r) => r.entry));
  // What opens is what was sealed with a signature of this side.
  openAs(v, m, m.recipients[0], msg.delivery(made.shared, made.entries[0]));
}

function openControl(o) {
  const content = unhex(o.content);
  const list = control.read(o.type, content);
  assert.equal(list.length, o.count);
  is(control.write(o.type, list), o.content, 'control content written back');
  refuses(() => control.read(o.type, cat(content, Buffer.alloc(1))), 'malformed', 'and more');
  if (content.length === 0) return;
  refuses(() => control.read(o.type, content.subarray(0, content.length - 1)), 'truncated', 'cut');
  for (const count of [0, 33])
    refuses(() => control.read(o.type, cat(Buffer.from([count]), content.subarray(1))), undefined, 'count');
}

function openNotice(o) {
  const n = msg.readNotice(unhex(o.bytes));
  assert.equal(n.number, o.upload_number);
  is(n.did, o.did);
  assert.equal(n.code, o.code);
  is(msg.notice(n), o.bytes, 'notice written back');
  refuses(() => msg.readNotice(unhex(o.bytes + '00')), 'malformed');
  refuses(() => msg.readNotice(unhex(o.bytes.slice(2))), undefined);
}

export function message(v) {
  for (const m of v.messages) {
    openCore(v, m);
    openKeys(m);
    sealAgain(v, m);
    for (const r of m.recipients) openRecipient(v, m, r);
  }
  for (const o of v.controls ?? []) openControl(o);
  if (v.notice) openNotice(v.notice);
}
