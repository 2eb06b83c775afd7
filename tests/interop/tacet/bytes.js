// SPDX-License-Identifier: Apache-2.0
// bytes: reading and writing as PROTOCOL 1.1 says.

// Refused, with a code of PROTOCOL 9.3 by its name.
export class Refused extends Error {
  constructor(code, why) {
    super(`${code}: ${why}`);
    this.code = code;
  }
}

export function require(holds, why, code = 'malformed') {
  if (!holds) throw new Refused(code, why);
}

export const hex = (b) => Buffer.from(b).toString('hex');
export const unhex = (s) => Buffer.from(s, 'hex');
export const label = (s) => Buffer.from(s + '\0', 'ascii');
export const cat = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));
export const zeros = (n) => Buffer.alloc(n);
export const isZero = (b) => b.every((x) => x === 0);
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;
export const compare = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const u8 = (n) => Buffer.from([n]);
export const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
export const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
export const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
export const b8 = (x) => cat(u8(x.length), x);
export const b32 = (x) => cat(u32(x.length), x);

export class Reader {
  constructor(bytes) {
    this.all = Buffer.from(bytes);
    this.at = 0;
  }
  take(n) {
    require(n >= 0 && this.at + n <= this.all.length, 'cut off', 'truncated');
    this.at += n;
    return this.all.subarray(this.at - n, this.at);
  }
  get left() { return this.all.length - this.at; }
  // What has been read so far.
  get read() { return this.all.subarray(0, this.at); }
  u8() { return this.take(1)[0]; }
  u16() { return this.take(2).readUInt16BE(); }
  u32() { return this.take(4).readUInt32BE(); }
  // Times and counters: numbers when JavaScript can hold them, which real ones can.
  u64() {
    const n = this.take(8).readBigUInt64BE();
    return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
  }
  b8() { return this.take(this.u8()); }
  b32() { return this.take(this.u32()); }
  end() { require(this.left === 0, 'more than it should be'); }
}

export function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('malformed', 'no UTF-8');
  }
}

// Bytes in rising order, none twice.
export function requireRising(list, key, what) {
  for (let i = 1; i < list.length; i++)
    require(compare(key(list[i - 1]), key(list[i])) < 0, `${what} out of order`);
}
