# SPDX-License-Identifier: Apache-2.0
"""Lists with a recovery key, links, asks, answers and recovery, of PROTOCOL 4.3 and 15."""
import base64
import hashlib

from notation import (H, H32, L, b8, b32, check_kem, check_pair, ecdh, gcm, hkdf, same, u8, u32, u64,
                      verify)


def check_lists(v):
    who, before = v.account, None
    keys = {d.did: d.dsk.public for d in (who.old, who.new, who.third, who.recovery_key)}
    for l in v.lists:
        body = u8(1) + who.aid + u32(l.version) + l.previous + u64(l.made_ms) + u8(len(l.devices))
        body += b"".join(d.did + d.dsk + u8(d.role) + u64(d.added_ms) + u32(d.capabilities)
                         for d in l.devices)
        body += u8(len(l.revoked)) + b"".join(d.did + u32(d.at_version) + u8(1) for d in l.revoked)
        body += u8(0)
        rest = l.statement[len(body):]
        same("list", (l.statement[:len(body)], rest[132:148]), (body, l.signer))
        verify("list", who.ark.public, L("tacet1 list") + v.nid + body, rest[:132])
        verify("list's device", keys[l.signer], L("tacet1 list device") + v.nid + body, rest[148:])
        same("list hash", H32(L("tacet1 list hash") + v.nid + body), l.hash)
        same("previous", l.previous, before.hash if before else bytes(32))
        roles = {d.did: d.role for d in l.devices}
        same("recovery key", [did for did, role in roles.items() if role == 2],
             [who.recovery_key.did] if l.version >= 3 else [])
        same("recovered", roles[l.signer] == 2, l.recovered == 1)
        same("the signer was there", not before or l.signer in [d.did for d in before.devices], True)
        before = l


def check_link(v):
    k, aid = v.link, v.account.aid
    address = k.text("address")
    x = u8(1) + v.nid + k.pin + aid + k.secret + b8(address)
    text = base64.urlsafe_b64encode(x + hashlib.sha256(x).digest()[:4]).rstrip(b"=")
    same("device link", b"tacet://device/" + text, k.text("link"))
    same("slot", hkdf(b"", k.secret, L("tacet1 link slot") + v.nid + aid, 16), k.slot)
    same("ka", hkdf(b"", k.secret, L("tacet1 link ask") + v.nid + aid, 32), k.key)


def check_ask(v):
    a, k, new = v.ask, v.link, v.account.new
    check_pair("first prekey", a.point)
    check_kem("first ML-KEM key", a.kem)
    ask = u8(1) + new.did + new.dsk.public + a.point.public + a.kem.public + b8(a.text("name"))
    same("ask", ask, a.ask)
    verify("ask", new.dsk.public, L("tacet1 link sign") + v.nid + k.slot + ask, a.signature)
    same("box", a.box[:12] + gcm(k.key, k.slot, ask + a.signature, a.box[:12]), a.box)
    slow = hashlib.scrypt(H(L("tacet1 link code") + k.secret + ask), salt=k.slot, n=2**16, r=8, p=1,
                          maxmem=2**27, dklen=32)
    digits = "%012d" % (int.from_bytes(slow[:8], "big") % 10**12)
    same("code", " ".join(digits[i:i + 4] for i in (0, 4, 8)).encode(), a.text("code"))


def check_answer(v):
    o, k, aid = v.answer, v.link, v.account.aid
    point, ct, sealed = o.answer[:67], o.answer[67:67 + 1568], o.answer[67 + 1568:]
    info = L("tacet1 link answer") + v.nid + aid + H(v.ask.ask) + point + H(ct)
    kw = hkdf(k.secret, ecdh(v.ask.point.private, point) + o.shared, info, 32)
    plain = u8(1) + v.root.public + b8(o.text("domain")) + b8(o.text("handle"))
    plain += v.account.ark.private + b32(v.lists[1].statement)
    same("answer", gcm(kw, k.slot, plain), sealed)


def check_recovery(v):
    o, who = v.recovery, v.account
    letters = base64.b32encode(o.r).decode().lower()
    same("letters", " ".join(letters[i:i + 4] for i in range(0, 32, 4)).encode(), o.text("letters"))
    slot = hkdf(b"", o.r, L("tacet1 recovery slot") + v.nid, 16)
    kr = hkdf(b"", o.r, L("tacet1 recovery key") + v.nid, 32)
    same("recovery slot", slot, o.slot)
    plain = u8(1) + who.aid + b8(v.answer.text("domain")) + b8(v.answer.text("handle"))
    plain += who.ark.private + who.recovery_key.dsk.private
    same("blob", o.blob[:12] + gcm(kr, v.nid + slot, plain, o.blob[:12]), o.blob)


def check_joining(v):
    check_pair("network root", v.root)
    for key in (v.account.ark, *(getattr(v.account, name).dsk
                                 for name in ("old", "new", "third", "recovery_key"))):
        check_pair("key of the account", key)
    check_lists(v)
    check_link(v)
    check_ask(v)
    check_answer(v)
    check_recovery(v)
