# SPDX-License-Identifier: Apache-2.0
"""Contents that speak of another message, of PROTOCOL 6.10."""
from notation import same, u8, u64


def check_contents(v):
    same("types", [c.type for c in v.contents], [2, 2, 3, 3, 4, 5])
    for c in v.contents:
        middle = {2: b"", 3: u64(c.stamp) + u8(c.on), 4: u64(c.stamp), 5: b""}[c.type]
        same("content", c.did + c.id + middle + c.text("text"), c.content)
