# SPDX-License-Identifier: Apache-2.0
"""Lists with revocations, policies, rooms, commits and rosters of more than two people."""
import hashlib

from notation import (H32, L, b8, check_pair, check_signed, same, u16, u32, u64, u8, verify,
                      whole)

# ---- 4.3, 4.6 and 4.8 to 4.10

def check_device_lists(v):
    who, before = v.account, None
    keys = {d.did: d.dsk.public for d in who.devices}
    for entry in v.lists:
        body = u8(1) + who.aid + u32(entry.version) + entry.previous + u64(entry.made_ms)
        body += u8(len(entry.devices))
        for d in entry.devices:
            same("device key", d.dsk, keys[d.did])
            body += d.did + d.dsk + u8(1) + u64(d.added_ms) + u32(0)
        body += u8(len(entry.revoked))
        body += b"".join(d.did + u32(d.at_version) + u8(d.reason) for d in entry.revoked) + u8(0)
        rest = entry.statement[len(body):]
        same("list body", entry.body, body)
        same("list", entry.statement[:len(body)], body)
        same("list's signer", rest[132:148], entry.signer)
        verify("list", who.ark.public, L("tacet1 list") + v.nid + body, rest[:132])
        verify("list's device", keys[entry.signer], L("tacet1 list device") + v.nid + body,
               rest[148:])
        same("list hash", H32(L("tacet1 list hash") + v.nid + body), entry.hash)
        same("previous", entry.previous, before.hash if before else bytes(32))
        now, gone = {d.did for d in entry.devices}, {d.did: d.at_version for d in entry.revoked}
        for d in before.devices if before else []:
            same("who leaves was revoked", d.did in now or gone[d.did] == entry.version, True)
        for d in before.revoked if before else []:
            same("who was revoked is", gone[d.did], d.at_version)
        same("signer stays", entry.signer in now, True)
        before = entry


def check_policies(v):
    previous = bytes(32)
    for number, p in enumerate(v.policies, 1):
        same("policy number", p.number, number)
        same("policy before", p.previous, previous)
        body = u8(1) + u32(p.number) + p.previous + u64(p.made_ms) + u64(p.from_ms) + u8(p.profile)
        body += u8(0) + u8(p.retains)
        if p.retains:
            body += p.aid + u8(p.scope) + u8(p.strict) + u16(p.days) + u16(len(p.rooms))
            body += b"".join(r.room for r in p.rooms)
        same("policy body", p.body, body)
        check_signed("policy", v, "tacet1 policy", body, p.statement, v.root.public)
        previous = H32(L("tacet1 policy hash") + v.nid + body)
        same("policy hash", p.hash, previous)


def check_state(v, s):
    home = s.networks[s.home].nid
    body = u8(1) + (s.seed if s.version == 1 else s.room) + u32(s.version) + s.previous
    body += u64(s.made_ms) + whole(s.signer) + u8(len(s.networks))
    body += b"".join(n.nid for n in s.networks) + u8(s.home) + u16(len(s.members))
    body += b"".join(u8(m.network) + m.aid + u8(m.role) + u32(m.since) for m in s.members)
    body += u32(s.ttl_s) + u32(s.burn_s) + u8(s.posting) + u8(0) + u8(1) + b8(s.name_box)
    same("state body", s.body, body)
    same("state", s.statement[:-132], body)
    if any(whole(s.signer)):
        key, label = v.alice.devices[1].dsk.public, "tacet1 room"
    else:
        key, label = v.directory.public, "tacet1 room successor"
    verify("state", key, L(label) + home + body, s.statement[-132:])
    same("state hash", H32(L("tacet1 room hash") + home + body), s.hash)
    if s.version == 1:
        same("room id", hashlib.sha256(L("tacet1 room id") + home + body).digest(), s.room)
    c = s.commit
    body = u8(1) + s.room + u32(s.version) + s.hash + s.previous + u64(c.time_ms)
    same("commit body", c.body, body)
    same("commit", c.statement[:-132], body)
    verify("commit", v.directory.public, L("tacet1 room commit") + home + body, c.statement[-132:])


def check_rooms(v):
    check_pair("directory", v.directory)
    previous = bytes(32)
    for s in v.states:
        check_state(v, s)
        same("state before", s.previous, previous)
        same("the same room", s.room, v.states[0].room)
        previous = s.hash
    left, successor = v.states[2:]
    plain = [i for i, m in enumerate(left.members) if m.role == 1]
    oldest = min(plain, key=lambda i: left.members[i].since)
    roles = [2 if i == oldest else m.role for i, m in enumerate(left.members)]
    same("successor", [m.role for m in successor.members], roles)


def check_named_roster(name, r):
    nids, accounts = [n.nid for n in r.networks], r.accounts
    if r.state_version == 0:
        pair = [nids[a.network] + a.aid for a in accounts][:2]
        if name == "retained":  # whoever is put in by the policy is not of the pair
            pairs = [[nids[a.network] + a.aid for a in accounts if a is not out]
                     for out in accounts]
        else:
            pairs = [(pair * 2)[:2]]
        rooms = [hashlib.sha256(L("tacet1 pair") + b"".join(sorted(p))).digest() for p in pairs]
        same("room of the pair", r.room in rooms, True)
    roster = u8(1) + r.room + u32(r.state_version) + r.state_hash + u8(len(nids))
    roster += b"".join(n.nid + u32(n.policy_version) + n.policy_hash for n in r.networks)
    roster += u16(len(accounts)) + b"".join(
        u8(a.network) + a.aid + u32(a.list_version) + a.list_hash[:16] for a in accounts)
    roster += u16(len(r.skipped) // 16) + (r.skipped + u8(1) if r.skipped else b"")
    same("roster", roster, r.roster)
    same("roster digest", hashlib.sha384(L("tacet1 roster") + roster).digest(), r.digest)
    order = sorted(accounts, key=lambda a: (a.network, a.aid))
    same("order", [a.aid for a in order], [a.aid for a in accounts])
    to = [d.did for a in accounts for d in a.devices if d.did not in (r.sender, r.skipped)]
    same("recipients", [d.did for d in r.recipients], to)
