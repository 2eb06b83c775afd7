# SPDX-License-Identifier: Apache-2.0
"""Control messages `history`, and entries of what they bring, of PROTOCOL 15.5."""
import hashlib

from notation import H32, L, check_pair, same, u8, u16, u32, u64, verify


def check_controls(v):
    for c in v.controls:
        rest = {1: lambda: u64(c.of), 2: lambda: u32(c.number), 4: lambda: u8(c.code),
                3: lambda: u32(c.number) + u8(c.last) + u64(c.done) + u64(c.of) + c.cut}[c.kind]()
        same("history", u8(c.kind) + c.transfer + rest, c.content)


def about(e):
    return (e.aid + u8(e.mine + 2 * e.read) + u8(e.state) + u32(e.notes) + u64(e.missing) +
            u64(e.kept_ms))


def check_proved(v, e):
    p, front = v.proof, u8(3) + about(e)
    digest = H32(L("tacet1 content") + e.id + e.content)
    core = (v.nid + e.aid + e.did + p.room + u8(0) + e.id + u64(e.seq) + p.prev + u64(e.sent_ms) +
            u32(e.ttl_s) + u32(0) + u16(e.type) + u8(0) + digest)
    wrap = p.roster + u32(p.list_version) + p.list_hash
    said = front + p.ctx + core + wrap
    same("proved", (e.entry[:len(said)], e.entry[len(said) + 132:]), (said, e.content))
    verify("its writer", v.dsk.public, L("tacet1 msg") + v.nid + p.ctx + core + wrap,
           e.entry[len(said):len(said) + 132])
    ends = sorted((v.nid + v.alice, v.nid + e.aid))
    same("room", hashlib.sha256(L("tacet1 pair") + b"".join(ends)).digest(), p.room)


def check_history(v):
    check_pair("account root", v.ark)
    check_pair("device", v.dsk)
    check_controls(v)
    person, given, proved, unproved = v.entries
    same("person", u8(1) + person.aid + v.ark.public + person.text("handle"), person.entry)
    same("list", given.entry[:34], u8(2) + u8(1) + person.aid)
    check_proved(v, proved)
    u = unproved
    same("unproved", u8(4) + about(u) + u.did + u.id + u64(u.seq) + u64(u.sent_ms) + u32(u.ttl_s) +
         u16(u.type) + u.content, u.entry)
