// SPDX-License-Identifier: Apache-2.0
// names: PROTOCOL 2, and the two short texts that follow from them, 7 and 8.
import { isIPv4, isIPv6 } from 'node:net';
import { cat, compare, hex, label, Reader, require, u8, b8 } from './bytes.js';
import { h16, sha256, sha512, sha512_256 } from './crypto.js';

export const networkId = (root, domain) =>
  sha512_256(label('tacet1 net'), root, Buffer.from(domain));
export const accountId = (nid, ark) => sha512_256(label('tacet1 acct'), nid, ark);
export const deviceId = (aid, dsk) => h16(label('tacet1 dev'), aid, dsk);

const inOrder = (a, b) => (compare(a, b) <= 0 ? [a, b] : [b, a]);

export function pairRoom(a, b) {
  const sides = [a, b].map((x) => cat(x.nid, x.aid));
  return sha256(label('tacet1 pair'), ...inOrder(...sides));
}

export const party = (p) => cat(p.nid, p.aid, p.did);
export const readParty = (r) => ({ nid: r.take(32), aid: r.take(32), did: r.take(16) });

export function isHandle(b) {
  return /^[a-z0-9][a-z0-9._-]{0,31}$/.test(Buffer.from(b).toString('latin1'));
}

export function isDomain(b) {
  const s = Buffer.from(b).toString('latin1');
  return s.length <= 253 && s.split('.').every((l) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(l));
}

export function safety(a, b) {
  const sides = [a, b].map((x) => cat(x.nid, x.aid, x.ark));
  const s = sha512(label('tacet1 safety'), ...inOrder(...sides));
  let digits = '';
  for (let i = 0; i < 12; i++) {
    const group = BigInt('0x' + hex(s.subarray(5 * i, 5 * i + 5))) % 100000n;
    digits += group.toString().padStart(5, '0');
  }
  return { s, digits, qr: 'tacet://verify/' + s.toString('base64url') };
}

function isHost(s) {
  if (s.startsWith('[') && s.endsWith(']')) return /^[0-9a-f:.]+$/.test(s.slice(1, -1)) &&
    isIPv6(s.slice(1, -1));
  return isIPv4(s) || isDomain(Buffer.from(s, 'latin1'));
}

// host:port, of 8.
function isAddress(s) {
  const at = s.lastIndexOf(':');
  const port = s.slice(at + 1);
  return at > 0 && isHost(s.slice(0, at)) && /^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535;
}

// What links have in common: 8 and 15.1.  `own` is what a link has of its own.
export function writeLink(prefix, k, own) {
  const x = cat(u8(1), k.nid, k.pin, own, b8(Buffer.from(k.address)));
  return prefix + cat(x, sha256(x).subarray(0, 4)).toString('base64url');
}

export function readLink(prefix, size, link) {
  const text = link.trim();
  require(text.startsWith(prefix), 'another prefix');
  const all = Buffer.from(text.slice(prefix.length), 'base64url');
  require(all.toString('base64url') === text.slice(prefix.length), 'not base64url', 'forged');
  require(all.length > 4, 'damaged', 'forged');
  const x = all.subarray(0, all.length - 4);
  require(compare(sha256(x).subarray(0, 4), all.subarray(all.length - 4)) === 0, 'damaged', 'forged');
  const r = new Reader(x);
  const version = r.u8();
  require(version <= 1, 'made by a newer program', 'version');
  require(version === 1, 'version 0');
  const head = 1 + 32 + 32 + size + 1;
  require(x.length >= head && x.length === head + x[head - 1], 'length of a link');
  const k = { nid: r.take(32), pin: r.take(32), own: r.take(size), address: r.b8().toString('latin1') };
  r.end();
  require(isAddress(k.address), 'address');
  return k;
}

const JOIN = 'tacet://join/';

export const writeInvitation = (i) => writeLink(JOIN, i, i.token);

export function readInvitation(link) {
  const { own, ...i } = readLink(JOIN, 16, link);
  return { ...i, token: own };
}
