# SPDX-License-Identifier: Apache-2.0
"""Seeds of contents that speak of another message [PROTOCOL 6.10]: a type, then the content."""
import struct

NAME = bytes([1] * 16) + bytes([2] * 16)
REFERENCES = {
    "reply": b"\x02" + NAME + b"At nine.",
    "silent": b"\x02" + NAME,
    "reaction": b"\x03" + NAME + struct.pack(">QB", 7, 1) + b"+",
    "back": b"\x03" + NAME + struct.pack(">QB", 8, 0) + "\U0001f44d".encode(),
    "edit": b"\x04" + NAME + struct.pack(">Q", 7) + b"At ten.",
    "recall": b"\x05" + NAME,
}
