# SPDX-License-Identifier: Apache-2.0
"""Contents that speak of another message, and receipts, of PROTOCOL 6.10 and 6.13."""
from notation import same, u8, u64


def check_contents(v):
    same("types", [c.type for c in v.contents], [2, 2, 3, 3, 4, 5])
    for c in v.contents:
        middle = {2: b"", 3: u64(c.stamp) + u8(c.on), 4: u64(c.stamp), 5: b""}[c.type]
        same("content", c.did + c.id + middle + c.text("text"), c.content)
    same("receipts", [len(r.came) for r in v.receipts], [2, 0, 1, 32])
    for r in v.receipts:
        came = b"".join(u64(x.first) + u64(x.last) for x in r.came)
        same("receipt", r.did + u64(r.read) + u8(len(r.came)) + came, r.content)
