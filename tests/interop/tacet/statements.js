// SPDX-License-Identifier: Apache-2.0
// statements: PROTOCOL 4.1 to 4.5 and 4.7.  write*() gives the body, the others the whole statement;
// what is read is checked for form, then for signatures and ids.
import { b8, cat, hex, isZero, label, Reader, require, requireRising, same, u8, u16, u32, u64 } from './bytes.js';
import { h32, isPoint, sha384, sign, verify } from './crypto.js';
import { accountId, deviceId, isDomain, isHandle } from './names.js';
import { append, check, SIGNATURE } from './signed.js';

const DAY = 86400000;
const version = (r) => require(r.u8() === 1, 'another version');

// ---- 4.1 directory certificate

export const certificate = (c, nid, rootKey) =>
  append('tacet1 dirkey', nid,
         cat(u8(1), c.key, u64(c.made), u64(c.expires), b8(Buffer.from(c.name))), rootKey);

export const readCertificate = (statement, nid, root) =>
  check('tacet1 dirkey', nid, statement, () => root, (r) => {
    version(r);
    const c = { key: r.take(67), made: r.u64(), expires: r.u64(), name: r.b8().toString() };
    require(c.made < c.expires && c.expires <= c.made + 90 * DAY, 'dates');
    require(c.name.length >= 1 && c.name.length <= 64, 'name');
    require(isPoint(c.key), 'no point');
    return c;
  });

// ---- 4.2 directory statement

export const directory = (d, nid, key) =>
  append('tacet1 dir', nid,
         cat(u8(1), u32(d.number), d.aid, d.ark, u8(d.role), u8(d.state), u64(d.made),
             b8(Buffer.from(d.handle))), key);

export const readDirectory = (statement, nid, key) =>
  check('tacet1 dir', nid, statement, () => key, (r) => {
    version(r);
    const d = { number: r.u32(), aid: r.take(32), ark: r.take(67), role: r.u8(), state: r.u8(),
                made: r.u64(), handle: r.b8() };
    require(d.number >= 1 && d.role === 1 && (d.state === 1 || d.state === 2), 'fields');
    require(isHandle(d.handle), 'handle');
    require(isPoint(d.ark), 'no point');
    require(same(d.aid, accountId(nid, d.ark)), 'another account');
    d.handle = d.handle.toString();
    return d;
  });

// ---- 4.3 device list

export const listBody = (l) => cat(
  u8(1), l.aid, u32(l.version), l.previous, u64(l.made), u8(l.devices.length),
  ...l.devices.flatMap((d) => [d.did, d.dsk, u8(1), u64(d.added), u32(0)]), u8(l.revoked.length),
  ...l.revoked.flatMap((d) => [d.did, u32(d.at), u8(1)]), u8(0));

export const listHash = (nid, body) => h32(label('tacet1 list hash'), nid, body);

export function deviceList(l, nid, arkKey, signer, dskKey) {
  const body = listBody(l);
  return cat(body, sign(arkKey, label('tacet1 list'), nid, body), signer,
             sign(dskKey, label('tacet1 list device'), nid, body));
}

export function readDeviceList(statement, nid, ark, previous) {
  const r = new Reader(statement);
  version(r);
  const l = { aid: r.take(32), version: r.u32(), previous: r.take(32), made: r.u64(), devices: [],
              revoked: [] };
  for (let n = r.u8(); n > 0; n--) {
    const d = { did: r.take(16), dsk: r.take(67), role: r.u8(), added: r.u64() };
    require(d.role === 1 && r.u32() === 0, 'device');
    require(isPoint(d.dsk) && same(d.did, deviceId(l.aid, d.dsk)), 'device id');
    l.devices.push(d);
  }
  for (let n = r.u8(); n > 0; n--) {
    const d = { did: r.take(16), at: r.u32(), reason: r.u8() };
    require(d.at >= 2 && d.at <= l.version && d.reason === 1, 'revoked');
    l.revoked.push(d);
  }
  require(r.u8() === 0, 'next account root');
  const body = Buffer.from(r.read);
  const arkSignature = r.take(SIGNATURE);
  l.signer = r.take(16);
  const dskSignature = r.take(SIGNATURE);
  r.end();
  require(l.version >= 1 && isZero(l.previous) === (l.version === 1), 'previous');
  require(l.devices.length >= 1 && l.devices.length <= 10 && l.revoked.length <= 100, 'counts');
  requireRising(l.devices, (d) => d.did, 'devices');
  requireRising(l.revoked, (d) => d.did, 'revoked devices');
  require(!l.revoked.some((x) => l.devices.some((d) => same(d.did, x.did))), 'revoked and not');
  verify(ark, arkSignature, label('tacet1 list'), nid, body);
  require(same(l.aid, accountId(nid, ark)), 'another account');
  if (previous) {
    require(l.version === previous.version + 1 && same(l.previous, previous.hash), 'chain');
    require(l.made >= previous.made, 'dated before');
    require(previous.devices.some((d) => same(d.did, l.signer)), 'signer is new');
  }
  const by = l.devices.find((d) => same(d.did, l.signer));
  require(by, 'signer is not kept');
  verify(by.dsk, dskSignature, label('tacet1 list device'), nid, body);
  return { ...l, body, hash: listHash(nid, body) };
}

// ---- 4.4 prekey

export const prekey = (p, nid, dskKey) =>
  append('tacet1 spk', nid,
         cat(u8(1), p.aid, p.did, u32(p.number), p.point, p.kemDigest, u64(p.made),
             u64(p.made + 37 * DAY), u32(p.listVersion), p.listHash), dskKey);

export const kemDigest = (key) => sha384(key);

export const readPrekey = (statement, nid, dsk) =>
  check('tacet1 spk', nid, statement, () => dsk, (r) => {
    version(r);
    const p = { aid: r.take(32), did: r.take(16), number: r.u32(), point: r.take(67),
                kemDigest: r.take(48), made: r.u64(), expires: r.u64(), listVersion: r.u32(),
                listHash: r.take(32) };
    require(p.number >= 1 && p.listVersion >= 1 && !isZero(p.kemDigest), 'fields');
    require(p.expires === p.made + 37 * DAY, 'expiry');
    require(isPoint(p.point), 'no point');
    require(same(p.did, deviceId(p.aid, dsk)), 'another device');
    return p;
  });

// ---- 4.5 sign-in

export const signin = (s, nid, dskKey) =>
  append('tacet1 signin', nid,
         cat(u8(1), s.did, b8(Buffer.from(s.domain)), u64(s.generation), u8(1), b8(s.binding)), dskKey);

export const readSignin = (statement, nid, dsk) =>
  check('tacet1 signin', nid, statement, () => dsk, (r) => {
    version(r);
    const s = { did: r.take(16), domain: r.b8(), generation: r.u64(), kind: r.u8(), binding: r.b8() };
    require(isDomain(s.domain) && s.generation >= 1, 'fields');
    require(s.kind === 1 && s.binding.length === 32, 'binding');
    s.domain = s.domain.toString();
    return s;
  });

// ---- 4.7 server keys

export const serverKeys = (k, nid, key) =>
  append('tacet1 srvkeys', nid, cat(u8(1), u32(k.number), u64(k.made), u8(k.pins.length), ...k.pins),
         key);

export const readServerKeys = (statement, nid, key) =>
  check('tacet1 srvkeys', nid, statement, () => key, (r) => {
    version(r);
    const k = { number: r.u32(), made: r.u64(), pins: [] };
    for (let n = r.u8(); n > 0; n--) k.pins.push(r.take(32));
    require(k.number >= 1 && k.pins.length >= 1 && k.pins.length <= 4, 'counts');
    require(new Set(k.pins.map(hex)).size === k.pins.length, 'a pin twice');
    return k;
  });

// ---- 4.6 roster

export const rosterDigest = (roster) => sha384(label('tacet1 roster'), roster);

export const roster = (o) => cat(
  u8(1), o.room, u32(o.stateVersion), o.stateHash, u8(o.networks.length),
  ...o.networks.flatMap((n) => [n.nid, u32(n.policyVersion), n.policyHash]), u16(o.accounts.length),
  ...o.accounts.flatMap((a) => [u8(a.network), a.aid, u32(a.listVersion), a.listHash]),
  u16(o.skipped.length), ...o.skipped.flatMap((d) => [d.did, u8(1)]));

export function readRoster(bytes) {
  const r = new Reader(bytes);
  version(r);
  const o = { room: r.take(32), stateVersion: r.u32(), stateHash: r.take(32), networks: [],
              accounts: [], skipped: [] };
  for (let n = r.u8(); n > 0; n--)
    o.networks.push({ nid: r.take(32), policyVersion: r.u32(), policyHash: r.take(32) });
  for (let n = r.u16(); n > 0; n--)
    o.accounts.push({ network: r.u8(), aid: r.take(32), listVersion: r.u32(), listHash: r.take(16) });
  for (let n = r.u16(); n > 0; n--) o.skipped.push({ did: r.take(16), reason: r.u8() });
  r.end();
  require(o.stateVersion > 0 || isZero(o.stateHash), 'hash of no state');
  require(o.networks.length >= 1 && o.networks.length <= 8, 'networks');
  require(o.accounts.length >= 1 && o.accounts.length <= 1024, 'accounts');
  require(o.skipped.length <= 1024, 'skipped');
  for (const n of o.networks) require(n.policyVersion > 0 || isZero(n.policyHash), 'hash of no policy');
  for (const a of o.accounts) require(a.network < o.networks.length && a.listVersion >= 1, 'account');
  for (const d of o.skipped) require(d.reason === 1, 'reason');
  requireRising(o.networks, (n) => n.nid, 'networks');
  requireRising(o.accounts, (a) => cat(u8(a.network), a.aid), 'accounts');
  requireRising(o.skipped, (d) => d.did, 'skipped devices');
  return o;
}

// The recipients, each with its place: lists[i] is the device list of account i.
export function recipients(o, lists, sender) {
  const out = [];
  o.accounts.forEach((a, i) => {
    require(lists[i].version === a.listVersion && same(lists[i].aid, a.aid) &&
            same(lists[i].hash.subarray(0, 16), a.listHash), 'another list');
    for (const d of lists[i].devices)
      if (!same(d.did, sender) && !o.skipped.some((s) => same(s.did, d.did)))
        out.push({ nid: o.networks[a.network].nid, aid: a.aid, did: d.did });
  });
  require(out.length <= 1024, 'too many');
  return out;
}
