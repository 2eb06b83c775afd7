# SPDX-License-Identifier: Apache-2.0
"""The primitives and the notation of docs/protocol/PROTOCOL.md 1, on Python's hashes and integers."""
import hashlib
import hmac
import json
import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent
checks = 0


def same(what, got, want):
    global checks
    checks += 1
    if got != want:
        raise SystemExit(f"check_vectors: {what}: got {got!r}, want {want!r}")


# ---- P-521 [SP800-186], affine, with None for infinity

P = 2**521 - 1
N = int("01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709"
        "a5d03bb5c9b8899c47aebb6fb71e91386409", 16)
B = int("0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf"
        "073573df883d2c34f1ef451fd46b503f00", 16)
G = (int("00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8"
         "de3348b3c1856a429bf97e7e31c2e5bd66", 16),
     int("011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad07"
         "61353c7086a272c24088be94769fd16650", 16))


def add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if p == q:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(k, p):
    out = None
    for bit in bin(k)[2:]:
        out = add(out, out)
        if bit == "1":
            out = add(out, p)
    return out


def point(data):
    assert len(data) == 67 and data[0] in (2, 3)
    x = int.from_bytes(data[1:], "big")
    square = (x**3 - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    assert x < P and y * y % P == square
    return x, y if y % 2 == data[0] % 2 else P - y


def compress(p):
    return bytes([2 + p[1] % 2]) + p[0].to_bytes(66, "big")


def ecdh(secret, public):
    return times(int.from_bytes(secret, "big"), point(public))[0].to_bytes(66, "big")


def verify(what, public, text, sig):
    """ECDSA with SHA-512 [FIPS186-5]."""
    r, s = int.from_bytes(sig[:66], "big"), int.from_bytes(sig[66:], "big")
    e = int.from_bytes(hashlib.sha512(text).digest(), "big")
    w = pow(s, -1, N)
    found = add(times(e * w % N, G), times(r * w % N, point(public)))
    same(what, 0 < r < N and 0 < s < N and found[0] % N == r, True)


# ---- AES-256-GCM [FIPS197, SP800-38D]

def aes_tables():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ (p << 1) & 0xFF ^ (0x1B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        box[p] = q ^ (q << 1 | q >> 7) & 0xFF ^ (q << 2 | q >> 6) & 0xFF ^ \
            (q << 3 | q >> 5) & 0xFF ^ (q << 4 | q >> 4) & 0xFF ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


BOX = aes_tables()


def double(x):
    return x << 1 & 0xFF ^ (0x1B if x & 0x80 else 0)


def expand_key(key):
    words, rcon = [key[i:i + 4] for i in range(0, 32, 4)], 1
    while len(words) < 60:
        last = words[-1]
        if len(words) % 8 == 0:
            last = bytes([BOX[last[1]] ^ rcon, BOX[last[2]], BOX[last[3]], BOX[last[0]]])
            rcon = double(rcon)
        elif len(words) % 8 == 4:
            last = bytes(BOX[x] for x in last)
        words.append(bytes(a ^ b for a, b in zip(words[-8], last)))
    return [b"".join(words[i:i + 4]) for i in range(0, 60, 4)]


def aes(rounds, block):
    state = [a ^ b for a, b in zip(block, rounds[0])]
    for number, key in enumerate(rounds[1:], 1):
        state = [BOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if number < 14:
            mixed = []
            for i in range(0, 16, 4):
                col, every = state[i:i + 4], state[i] ^ state[i + 1] ^ state[i + 2] ^ state[i + 3]
                mixed += [col[k] ^ every ^ double(col[k] ^ col[(k + 1) % 4]) for k in range(4)]
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return bytes(state)


def ghash(h, data):
    h, y = int.from_bytes(h, "big"), 0
    for i in range(0, len(data), 16):
        x, z, v = y ^ int.from_bytes(data[i:i + 16], "big"), 0, h
        for bit in range(127, -1, -1):
            z ^= v if x >> bit & 1 else 0
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, "big")


def gcm(key, aad, plain, nonce=bytes(12)):
    """Sealed under the nonce of twelve zero bytes, Z12, or under another."""
    rounds, out = expand_key(key), b""
    for i in range(0, len(plain), 16):
        stream = aes(rounds, nonce + struct.pack(">I", 2 + i // 16))
        out += bytes(a ^ b for a, b in zip(plain[i:i + 16], stream))
    text = aad + bytes(-len(aad) % 16) + out + bytes(-len(out) % 16)
    text += struct.pack(">QQ", 8 * len(aad), 8 * len(out))
    tag = ghash(aes(rounds, bytes(16)), text)
    return out + bytes(a ^ b for a, b in zip(tag, aes(rounds, nonce + b"\0\0\0\1")))


# ---- The protocol's notation, 1

def L(text):
    return text.encode() + b"\0"


def H(data):
    return hashlib.sha512(data).digest()


def H32(data):
    return H(data)[:32]


def sha512_256(data):
    return hashlib.new("sha512_256", data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha512).digest()


def extract(salt, ikm):
    return mac(salt or bytes(64), ikm)


def expand(prk, info, n):
    return mac(prk, info + b"\1")[:n]  # none of ours is longer than one block


def hkdf(salt, ikm, info, n):
    return expand(extract(salt, ikm), info, n)


def u8(v):
    return struct.pack(">B", v)


def u16(v):
    return struct.pack(">H", v)


def u32(v):
    return struct.pack(">I", v)


def u64(v):
    return struct.pack(">Q", v)


def b8(v):
    return u8(len(v)) + v


def b32(v):
    return u32(len(v)) + v


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


class Vector:
    """Fields of an object: hexadecimal ones as bytes."""

    def __init__(self, fields):
        self.fields = fields

    def __getattr__(self, name):
        value = self.fields[name.rstrip("_")]  # `from` is a word of Python
        if isinstance(value, dict):
            return Vector(value)
        if isinstance(value, list):
            return [Vector(v) for v in value]
        return bytes.fromhex(value) if isinstance(value, str) else value

    def text(self, name):
        return self.fields[name].encode()


def load(name):
    return Vector(json.loads((FOLDER / name).read_text()))


def check_pair(what, key):
    same(what, compress(times(int.from_bytes(key.private, "big"), G)), key.public)


def check_kem(what, key):
    """ML-KEM is not written here a second time: its public half stands as it was given."""
    same(what, (len(key.seed), len(key.public)), (64, 1568))
    same(what + ": digest", hashlib.sha384(key.public).digest(), key.digest)


def whole(party):
    return party.nid + party.aid + party.did


def check_signed(what, v, label, body, statement, key):
    same(what, statement[:len(body)], body)
    same(what + " length", len(statement), len(body) + 132)
    verify(what, key, L(label) + v.nid + body, statement[len(body):])
