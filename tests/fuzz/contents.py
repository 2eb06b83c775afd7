# SPDX-License-Identifier: Apache-2.0
"""Seeds of contents that speak of another message [PROTOCOL 6.10]: a type, then the content; and of
receipts [PROTOCOL 6.13]: the content."""
import struct

NAME = bytes([1] * 16) + bytes([2] * 16)
REFERENCES = {
    "reply": b"\x02" + NAME + b"At nine.",
    "silent": b"\x02" + NAME,
    "reaction": b"\x03" + NAME + struct.pack(">QB", 7, 1) + b"+",
    "back": b"\x03" + NAME + struct.pack(">QB", 8, 0) + "\U0001f44d".encode(),
    "edit": b"\x04" + NAME + struct.pack(">Q", 7) + b"At ten.",
    "recall": b"\x05" + NAME,
    "filed": b"\x0b" + NAME + struct.pack(">Q", 7) + b"\x01\x05PlansThe chart",
    "moved": b"\x09" + NAME + struct.pack(">QiiIQ", 7, 525163000, 133777000, 15, 1 << 40),
}

POSITIONS = {
    "plain": struct.pack(">iiIQ", 525163000, 133777000, 0, 0),
    "live": struct.pack(">iiIQ", -338568000, 1512153000, 15, 1 << 40) + b"Opera",
    "far": struct.pack(">iiIQ", 900000000, -1800000000, 2**32 - 1, 2**64 - 1),
    "off": struct.pack(">iiIQ", 900000001, 0, 0, 0),
}

FILED = {
    "stands": b"\x01\x0aPlans/2026The chart",
    "alone": b"\x01\x00",
    "gone": b"\x00\x00",
    "out": b"\x01\x02..a",
}

CARDS = {
    "bob": bytes([1] * 32) + bytes([2] * 32) + b"bob",
    "long": bytes([1] * 32) + bytes([2] * 32) + b"a" * 32,
    "none": bytes([1] * 64) + b"Bob",
}

RECEIPTS = {
    "came": bytes([1] * 16) + struct.pack(">QBQQQQ", 0, 2, 1, 1, 3, 9),
    "read": bytes([1] * 16) + struct.pack(">QB", 7, 0),
    "both": bytes([1] * 16) + struct.pack(">QBQQ", 7, 1, 6, 2**64 - 1),
    "most": bytes([1] * 16) + struct.pack(">QB", 1, 32) +
            b"".join(struct.pack(">QQ", 2 * i + 1, 2 * i + 1) for i in range(32)),
}
