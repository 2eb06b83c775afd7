// SPDX-License-Identifier: Apache-2.0
// statements: PROTOCOL 4.1 to 4.5 and 4.7.  xBody() writes a body and x() a whole statement; readX()
// refuses what 1.5 says, in its order.  Without `now` no dates are judged.
import { b8, cat, hex, isZero, label, Reader, require, requireRising, same, u8, u16, u32, u64,
         utf8 } from './bytes.js';
import { h32, isPoint, kemCheck, sha384, sign, verify } from './crypto.js';
import { accountId, deviceId, isDomain, isHandle } from './names.js';
import { append, check, checkDates, DAY, SIGNATURE } from './signed.js';

const after = (time, ms) => BigInt(time) + BigInt(ms);
const version = (r) => require(r.u8() === 1, 'another version');

// ---- 4.1 directory certificate

export const certificateBody = (c) =>
  cat(u8(1), c.key, u64(c.made), u64(c.expires), b8(Buffer.from(c.name)));

export const certificate = (c, nid, rootKey) => append('tacet1 dirkey', nid, certificateBody(c), rootKey);

export const readCertificate = (statement, nid, root, now) =>
  check('tacet1 dirkey', nid, statement, root, now, (r) => {
    version(r);
    const c = { key: r.take(67), made: r.u64(), expires: r.u64(), name: r.b8() };
    require(c.made < c.expires && c.expires <= after(c.made, 90 * DAY), 'dates');
    require(c.name.length >= 1 && c.name.length <= 64, 'name');
    require(isPoint(c.key), 'no point');
    return { ...c, name: utf8(c.name) };
  });

// ---- 4.2 directory statement

export const directoryBody = (d) =>
  cat(u8(1), u32(d.number), d.aid, d.ark, u8(d.role), u8(d.state), u64(d.made), b8(Buffer.from(d.handle)));

export const directory = (d, nid, key) => append('tacet1 dir', nid, directoryBody(d), key);

export const readDirectory = (statement, nid, key, now) =>
  check('tacet1 dir', nid, statement, key, now, (r) => {
    version(r);
    const d = { number: r.u32(), aid: r.take(32), ark: r.take(67), role: r.u8(), state: r.u8(),
                made: r.u64(), handle: r.b8() };
    require(d.number >= 1 && d.role === 1 && (d.state === 1 || d.state === 2), 'fields');
    require(isHandle(d.handle), 'handle');
    require(isPoint(d.ark), 'no point');
    return { ...d, handle: d.handle.toString() };
  }, (d) => require(same(d.aid, accountId(nid, d.ark)), 'another account', 'forged'));

// ---- 4.3 device list

export const listBody = (l) => cat(
  u8(1), l.aid, u32(l.version), l.previous, u64(l.made), u8(l.devices.length),
  ...l.devices.flatMap((d) => [d.did, d.dsk, u8(d.role ?? 1), u64(d.added), u32(d.capabilities ?? 0)]), u8(l.revoked.length),
  ...l.revoked.flatMap((d) => [d.did, u32(d.at), u8(1)]), u8(0));

export const listHash = (nid, body) => h32(label('tacet1 list hash'), nid, body);

export function deviceList(l, nid, arkKey, signer, dskKey) {
  const body = listBody(l);
  return cat(body, sign(arkKey, label('tacet1 list'), nid, body), signer,
             sign(dskKey, label('tacet1 list device'), nid, body));
}

export function parseDeviceList(statement) {
  const r = new Reader(statement);
  version(r);
  const l = { aid: r.take(32), version: r.u32(), previous: r.take(32), made: r.u64(), devices: [],
              revoked: [] };
  for (let n = r.u8(); n > 0; n--) {
    const d = { did: r.take(16), dsk: r.take(67), role: r.u8(), added: r.u64(), capabilities: r.u32() };
    require((d.role === 1 && d.capabilities <= 1) || (d.role === 2 && d.capabilities === 0), 'device');
    require(isPoint(d.dsk), 'no point');
    l.devices.push(d);
  }
  for (let n = r.u8(); n > 0; n--) {
    const d = { did: r.take(16), at: r.u32(), reason: r.u8() };
    require(d.at >= 2 && d.at <= l.version && d.reason === 1, 'revoked');
    l.revoked.push(d);
  }
  require(r.u8() === 0, 'next account root');
  l.body = Buffer.from(r.read);
  l.arkSignature = r.take(SIGNATURE);
  l.signer = r.take(16);
  l.dskSignature = r.take(SIGNATURE);
  r.end();
  require(l.version > 1 || (l.version === 1 && isZero(l.previous)), 'previous');
  const keys = l.devices.filter((d) => d.role === 2).length, plain = l.devices.length - keys;
  require(keys <= (l.version === 1 ? 0 : 1), 'recovery keys');
  require(plain >= 1 && plain <= 10 && l.revoked.length <= REVOKED_MOST, 'counts');
  requireRising(l.devices, (d) => d.did, 'devices');
  requireRising(l.revoked, (d) => d.did, 'revoked devices');
  require(!l.revoked.some((x) => l.devices.some((d) => same(d.did, x.did))), 'revoked and not');
  return l;
}

// By the recovery key: who knew the account knows it unverified.
export const isRecovered = (l) => l.devices.some((d) => d.role === 2 && same(d.did, l.signer));

const find = (list, did) => list.find((x) => same(x.did, did));

const REVOKED_MOST = 100;

const stays = (d, now) =>
  now.added === d.added && now.role === d.role && now.capabilities >= d.capabilities;

// Who is in both lists is what it was; who left is revoked at this version, and as long as there is room.
function checkAfter(l, previous) {
  const requireChain = (holds, why) => require(holds, why, 'forged');
  requireChain(l.version === previous.version + 1 && same(l.previous, previous.hash), 'chain');
  requireChain(l.made >= previous.made, 'dated before');
  requireChain(find(previous.devices, l.signer), 'the signer is new');
  for (const d of previous.devices) {
    const now = find(l.devices, d.did);
    requireChain(now ? stays(d, now) : find(l.revoked, d.did)?.at === l.version, 'a device changed');
  }
  for (const d of previous.revoked) {
    const now = find(l.revoked, d.did);
    requireChain(now ? now.at === d.at : l.revoked.length === REVOKED_MOST, 'no longer revoked');
    requireChain(!find(l.devices, d.did), 'let in again');
  }
  for (const d of l.revoked)
    requireChain(find(previous.revoked, d.did) || find(previous.devices, d.did), 'a stranger revoked');
}

// previous: what readDeviceList() gave for the version before; without it the signer is one of the
// list's own devices.
export function readDeviceList(statement, nid, ark, previous, now) {
  const l = parseDeviceList(statement);
  verify(ark, l.arkSignature, label('tacet1 list'), nid, l.body);
  require(same(l.aid, accountId(nid, ark)), 'another account', 'forged');
  for (const d of l.devices) require(same(d.did, deviceId(l.aid, d.dsk)), 'device id', 'forged');
  const by = l.devices.find((d) => same(d.did, l.signer));
  require(by, 'the signer is no device of the list', 'forged');
  verify(by.dsk, l.dskSignature, label('tacet1 list device'), nid, l.body);
  if (previous) {
    checkAfter(l, previous);
  }
  checkDates(l, now);
  return { ...l, hash: listHash(nid, l.body) };
}

// ---- 4.4 prekey

export const prekeyBody = (p) => cat(
  u8(1), p.aid, p.did, u32(p.number), p.point, p.kemDigest, u64(p.made), u64(after(p.made, 37 * DAY)),
  u32(p.listVersion), p.listHash);

export const prekey = (p, nid, dskKey) => append('tacet1 spk', nid, prekeyBody(p), dskKey);

export const kemDigest = (key) => sha384(key);

export const readPrekey = (statement, nid, dsk, now) =>
  check('tacet1 spk', nid, statement, dsk, now, (r) => {
    version(r);
    const p = { aid: r.take(32), did: r.take(16), number: r.u32(), point: r.take(67),
                kemDigest: r.take(48), made: r.u64(), expires: r.u64(), listVersion: r.u32(),
                listHash: r.take(32) };
    require(p.number >= 1 && p.listVersion >= 1 && !isZero(p.kemDigest), 'fields');
    require(BigInt(p.expires) === after(p.made, 37 * DAY), 'expiry');
    require(isPoint(p.point), 'no point');
    return p;
  }, (p) => require(same(p.did, deviceId(p.aid, dsk)), 'another device', 'forged'));

// The ML-KEM key that came beside a prekey.
export function checkKemKey(p, key) {
  require(same(p.kemDigest, kemDigest(key)), 'another ML-KEM key', 'forged');
  kemCheck(key);
}

// ---- 4.5 sign-in

export const signinBody = (s) =>
  cat(u8(1), s.did, b8(Buffer.from(s.domain)), u64(s.generation), u8(1), b8(s.binding));

export const signin = (s, nid, dskKey) => append('tacet1 signin', nid, signinBody(s), dskKey);

export const readSignin = (statement, nid, dsk) =>
  check('tacet1 signin', nid, statement, dsk, undefined, (r) => {
    version(r);
    const s = { did: r.take(16), domain: r.b8(), generation: r.u64(), kind: r.u8(), binding: r.b8() };
    require(isDomain(s.domain) && s.generation >= 1, 'fields');
    require(s.kind === 1, 'kind', 'denied');
    require(s.binding.length === 32, 'binding');
    return { ...s, domain: s.domain.toString() };
  });

// ---- 16.2 export

export const exportBody = (w) => cat(u8(1), w.aid, w.did, w.room, u64(w.made), w.digest);

export const readExport = (statement, nid, dsk, now) =>
  check('tacet1 export', nid, statement, dsk, now, (r) => {
    version(r);
    return { aid: r.take(32), did: r.take(16), room: r.take(32), made: r.u64(), digest: r.take(48) };
  }, (w) => require(same(w.did, deviceId(w.aid, dsk)), 'another device', 'forged'));

// ---- 4.7 server keys

export const serverKeysBody = (k) =>
  cat(u8(1), u32(k.number), u64(k.made), u8(k.pins.length), ...k.pins);

export const serverKeys = (k, nid, key) => append('tacet1 srvkeys', nid, serverKeysBody(k), key);

export const readServerKeys = (statement, nid, key, now) =>
  check('tacet1 srvkeys', nid, statement, key, now, (r) => {
    version(r);
    const k = { number: r.u32(), made: r.u64(), pins: [] };
    for (let n = r.u8(); n > 0; n--) k.pins.push(r.take(32));
    require(k.number >= 1 && k.pins.length >= 1 && k.pins.length <= 4, 'counts');
    require(new Set(k.pins.map(hex)).size === k.pins.length, 'a pin twice');
    return k;
  });
