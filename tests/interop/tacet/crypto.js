// SPDX-License-Identifier: Apache-2.0
// crypto: the suite of PROTOCOL 1.3 over node:crypto, and ML-KEM-1024 over @noble/post-quantum.
import crypto from 'node:crypto';
import { ml_kem1024 } from '@noble/post-quantum/ml-kem';
import { cat, Refused, require } from './bytes.js';

export class Forged extends Refused {
  constructor(why) {
    super('forged', why);
  }
}

const digest = (name) => (...parts) => crypto.createHash(name).update(cat(...parts)).digest();
export const sha256 = digest('sha256');
export const sha384 = digest('sha384');
export const sha512 = digest('sha512');
export const sha512_256 = digest('sha512-256');
export const h32 = (...parts) => sha512(...parts).subarray(0, 32);
export const h16 = (...parts) => sha512(...parts).subarray(0, 16);

const hmac = (key, ...parts) => crypto.createHmac('sha512', key).update(cat(...parts)).digest();
export { hmac };

export const extract = (salt, ikm) => hmac(salt.length === 0 ? Buffer.alloc(64) : salt, ikm);

export function expand(prk, info, n) {
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let i = 1; out.length < n; i++) {
    block = hmac(prk, block, info, Buffer.from([i]));
    out = cat(out, block);
  }
  return out.subarray(0, n);
}

export const hkdf = (salt, ikm, info, n) => expand(extract(salt, ikm), info, n);

export const NONCE_ZERO = Buffer.alloc(12); // Z12
const TAG = 16;

export function seal(key, aad, plain, nonce = NONCE_ZERO) {
  const c = crypto.createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return cat(c.update(plain), c.final(), c.getAuthTag());
}

export function open(key, aad, sealed, nonce = NONCE_ZERO) {
  require(sealed.length >= TAG, 'too short to be sealed', 'truncated');
  const d = crypto.createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  d.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return cat(d.update(sealed.subarray(0, sealed.length - TAG)), d.final());
  } catch {
    throw new Forged('does not open');
  }
}

// ---- P-521: points compressed, scalars and coordinates of 66 bytes

const CURVE = 'secp521r1';
const uncompress = (point) => {
  require(point.length === 67 && (point[0] === 2 || point[0] === 3), 'no compressed point');
  try {
    return crypto.ECDH.convertKey(point, CURVE, null, null, 'uncompressed');
  } catch {
    throw new Refused('malformed', 'not on the curve');
  }
};
export const isPoint = (point) => {
  try { uncompress(point); return true; } catch { return false; }
};

export function publicOf(scalar) {
  const e = crypto.createECDH(CURVE);
  e.setPrivateKey(scalar);
  return e.getPublicKey(null, 'compressed');
}

// scalar: 66 bytes below the curve's order; a fresh one when it is not given.
export function newPair(scalar = cat(Buffer.alloc(1), random(65))) {
  return { private: scalar, public: publicOf(scalar) };
}

export function ecdh(scalar, point) {
  const e = crypto.createECDH(CURVE);
  e.setPrivateKey(scalar);
  return e.computeSecret(uncompress(point));
}

const jwk = (point, scalar) => {
  const full = uncompress(point);
  const key = { kty: 'EC', crv: 'P-521', x: full.subarray(1, 67).toString('base64url'),
                y: full.subarray(67).toString('base64url') };
  if (scalar) key.d = scalar.toString('base64url');
  return key;
};

export const sign = (scalar, ...parts) =>
  crypto.sign('sha512', cat(...parts), {
    key: crypto.createPrivateKey({ key: jwk(publicOf(scalar), scalar), format: 'jwk' }),
    dsaEncoding: 'ieee-p1363' });

export function verify(point, signature, ...parts) {
  require(signature.length === 132, 'length of a signature');
  const key = crypto.createPublicKey({ key: jwk(point), format: 'jwk' });
  if (!crypto.verify('sha512', cat(...parts), { key, dsaEncoding: 'ieee-p1363' }, signature))
    throw new Forged('signature');
}

// ---- ML-KEM-1024: a private key is its 64-byte seed d | z

export const KEM_KEY = 1568;
const pairs = new Map(); // each seed's pair is worked out once
export function kemPair(seed) {
  const name = Buffer.from(seed).toString('hex');
  if (!pairs.has(name)) pairs.set(name, ml_kem1024.keygen(seed));
  return pairs.get(name);
}

// What FIPS 203, 7.2 asks of a key: its coefficients of 12 bits are below q.
export function kemCheck(key) {
  require(key.length === KEM_KEY, 'length of an ML-KEM key');
  for (let i = 0; i < KEM_KEY - 32; i += 3) {
    const low = key[i] | (key[i + 1] & 15) << 8;
    const high = key[i + 1] >> 4 | key[i + 2] << 4;
    require(low < 3329 && high < 3329, 'a coefficient of q or more');
  }
}

export function kemEncapsulate(key, coins) {
  kemCheck(key);
  const { cipherText, sharedSecret } = ml_kem1024.encapsulate(key, coins);
  return { ct: Buffer.from(cipherText), shared: Buffer.from(sharedSecret) };
}
export const kemDecapsulate = (seed, ct) =>
  Buffer.from(ml_kem1024.decapsulate(ct, kemPair(seed).secretKey));

export const random = (n) => crypto.randomBytes(n);
