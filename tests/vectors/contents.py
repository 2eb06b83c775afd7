# SPDX-License-Identifier: Apache-2.0
"""Contents that speak of another message, receipts, positions, cards and where something stands, of PROTOCOL 6.10 and 6.13 to 6.15."""
from notation import same, u32, u64, u8


def i32(n):
    return u32(n % 2**32)


def check_contents(v):
    same("types", [c.type for c in v.contents], [2, 2, 3, 3, 4, 5])
    for c in v.contents:
        middle = {2: b"", 3: u64(c.stamp) + u8(c.on), 4: u64(c.stamp), 5: b""}[c.type]
        same("content", c.did + c.id + middle + c.text("text"), c.content)
    same("receipts", [len(r.came) for r in v.receipts], [2, 0, 1, 32])
    for r in v.receipts:
        came = b"".join(u64(x.first) + u64(x.last) for x in r.came)
        same("receipt", r.did + u64(r.read) + u8(len(r.came)) + came, r.content)
    same("positions", len(v.positions), 2)
    for p in v.positions:
        at = i32(p.north - p.south) + i32(p.east - p.west) + u32(p.accuracy) + u64(p.until) + p.text("label")
        same("position", at, p.content)
        same("moved", p.did + p.id + u64(p.stamp) + at, p.moved)
    same("cards", len(v.cards), 1)
    for c in v.cards:
        same("card", c.nid + c.aid + c.text("handle"), c.content)
    same("filed", [f.kept for f in v.filed], [1, 1, 0])
    for f in v.filed:
        folder = f.text("folder")
        same("where it stands", f.did + f.id + u64(f.stamp) + u8(f.kept) + u8(len(folder)) + folder + f.text("title"),
             f.content)
