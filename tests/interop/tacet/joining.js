// SPDX-License-Identifier: Apache-2.0
// joining: PROTOCOL 15, how a device comes to an account, and how somebody with none left goes on.
import crypto from 'node:crypto';
import { b32, b8, cat, label, Reader, require, same, u8, utf8 } from './bytes.js';
import { ecdh, hkdf, isPoint, kemCheck, kemDecapsulate, kemEncapsulate, newPair, NONCE_ZERO, open, publicOf,
         seal, sha512, sign, verify } from './crypto.js';
import { accountId, deviceId, isDomain, isHandle, networkId, readLink, writeLink } from './names.js';
import { readDeviceList } from './statements.js';

const NONE = Buffer.alloc(0);
const text = (s) => Buffer.from(s, 'latin1');

// ---- 15.1 link

const DEVICE = 'tacet://device/';

export const writeDeviceLink = (k) => writeLink(DEVICE, k, cat(k.aid, k.secret));

export function readDeviceLink(link) {
  const { own, ...k } = readLink(DEVICE, 64, link);
  return { ...k, aid: own.subarray(0, 32), secret: own.subarray(32) };
}

export const slotOf = (k) => hkdf(NONE, k.secret, cat(label('tacet1 link slot'), k.nid, k.aid), 16);
export const keyOf = (k) => hkdf(NONE, k.secret, cat(label('tacet1 link ask'), k.nid, k.aid), 32);

// ---- 15.2 ask

export const ask = (a) => cat(u8(1), a.did, a.dsk, a.point, a.kem, b8(Buffer.from(a.name)));

const asked = (k, body) => [label('tacet1 link sign'), k.nid, slotOf(k), body];

export const signAsk = (k, a, dskKey) => sign(dskKey, ...asked(k, ask(a)));

export const box = (k, plain, nonce) => cat(nonce, seal(keyOf(k), slotOf(k), plain, nonce));

export function readBox(k, bytes) {
  const outer = new Reader(bytes);
  const nonce = outer.take(12);
  const r = new Reader(open(keyOf(k), slotOf(k), outer.take(outer.left), nonce));
  require(r.u8() === 1, 'another version');
  const a = { did: r.take(16), dsk: r.take(67), point: r.take(67), kem: r.take(1568), name: r.b8() };
  require(a.name.length <= 64, 'name');
  a.name = utf8(a.name);
  a.body = Buffer.from(r.read);
  a.signature = r.take(132);
  r.end();
  require(isPoint(a.dsk) && isPoint(a.point), 'no point');
  kemCheck(a.kem);
  require(same(a.did, deviceId(k.aid, a.dsk)), 'another device', 'forged');
  verify(a.dsk, a.signature, ...asked(k, a.body));
  return a;
}

// ---- 15.3 code

export function code(k, body) {
  const slow = crypto.scryptSync(sha512(label('tacet1 link code'), k.secret, body), slotOf(k), 32,
                                 { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 });
  const digits = (slow.readBigUInt64BE() % 10n ** 12n).toString().padStart(12, '0');
  return [0, 4, 8].map((i) => digits.slice(i, i + 4)).join(' ');
}

// ---- 15.4 answer

const answerKey = (k, body, z, shared, point, ct) => hkdf(
  k.secret, cat(z, shared), cat(label('tacet1 link answer'), k.nid, k.aid, sha512(body), point, sha512(ct)), 32);

const answerPlain = (x) => cat(u8(1), x.root, b8(text(x.domain)), b8(text(x.handle)), x.ark, b32(x.list));

export function answer(k, a, x, pair = newPair(), coins = undefined) {
  const { ct, shared } = kemEncapsulate(a.kem, coins);
  const kw = answerKey(k, ask(a), ecdh(pair.private, a.point), shared, pair.public, ct);
  return { shared, bytes: cat(pair.public, ct, seal(kw, slotOf(k), answerPlain(x), NONCE_ZERO)) };
}

const scalar = (b) => {
  try {
    publicOf(b);
  } catch {
    require(false, 'no scalar');
  }
  return b;
};

// keys: the private halves of what was asked with.
export function readAnswer(k, a, keys, bytes, now) {
  const r = new Reader(bytes);
  const point = r.take(67), ct = r.take(1568), sealed = r.take(r.left);
  require(isPoint(point), 'no point');
  const shared = kemDecapsulate(keys.kem, ct);
  const kw = answerKey(k, ask(a), ecdh(keys.point, point), shared, point, ct);
  const p = new Reader(open(kw, slotOf(k), sealed, NONCE_ZERO));
  require(p.u8() === 1, 'another version');
  const x = { root: p.take(67), domain: p.b8(), handle: p.b8(), ark: p.take(66), list: p.b32() };
  p.end();
  require(isDomain(x.domain) && isHandle(x.handle), 'names');
  require(same(networkId(x.root, x.domain), k.nid), 'another network', 'forged');
  const ark = publicOf(scalar(x.ark));
  require(same(accountId(k.nid, ark), k.aid), 'another account', 'forged');
  const devices = readDeviceList(x.list, k.nid, ark, undefined, now);
  require(devices.devices.some((d) => d.role === 1 && same(d.did, a.did)), 'not in the list', 'forged');
  return { ...x, domain: x.domain.toString('latin1'), handle: x.handle.toString('latin1'), shared };
}

// ---- 15.6 recovery

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

export function letters(r) {
  const bits = [...r].map((b) => b.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{5}/g).map((b) => LETTERS[parseInt(b, 2)]).join('').match(/.{4}/g).join(' ');
}

export function readLetters(written) {
  const plain = written.replace(/[ \-\t\r\n]/g, '');
  require(/^[a-zA-Z2-7]{32}$/.test(plain), 'letters');
  const bits = [...plain.toLowerCase()].map((c) => LETTERS.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

export const recoverySlot = (r, nid) => hkdf(NONE, r, cat(label('tacet1 recovery slot'), nid), 16);
const recoveryKey = (r, nid) => hkdf(NONE, r, cat(label('tacet1 recovery key'), nid), 32);

export function blob(r, nid, x, nonce) {
  const plain = cat(u8(1), x.aid, b8(text(x.domain)), b8(text(x.handle)), x.ark, x.dsk);
  return cat(nonce, seal(recoveryKey(r, nid), cat(nid, recoverySlot(r, nid)), plain, nonce));
}

export function readBlob(r, nid, bytes) {
  const outer = new Reader(bytes);
  const nonce = outer.take(12);
  const p = new Reader(open(recoveryKey(r, nid), cat(nid, recoverySlot(r, nid)), outer.take(outer.left), nonce));
  require(p.u8() === 1, 'another version');
  const x = { aid: p.take(32), domain: p.b8(), handle: p.b8(), ark: p.take(66), dsk: p.take(66) };
  p.end();
  require(isDomain(x.domain) && isHandle(x.handle), 'names');
  scalar(x.dsk);
  require(same(accountId(nid, publicOf(scalar(x.ark))), x.aid), 'another account', 'forged');
  return { ...x, domain: x.domain.toString('latin1'), handle: x.handle.toString('latin1') };
}
