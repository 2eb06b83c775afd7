# SPDX-License-Identifier: Apache-2.0
"""Seeds of conversations that were written out [PROTOCOL 16]."""
import base64
import hashlib
import json
import struct


def seeds(s):
    """By name: nid and file, of the people in statements.json."""
    def b64(at):
        return base64.urlsafe_b64encode(at).decode().rstrip("=")

    def line(**members):
        return json.dumps(members, separators=(",", ":")) + "\n"

    now, nid = struct.pack(">Q", s["now_ms"]), bytes.fromhex(s["nid"])
    alice, mine = s["alice"], s["alice_lists"][0]
    did, room = alice["devices"][0]["did"], "05" * 32
    head = line(tacet="export", version=1, network=s["nid"], domain="x.example", room=room, **{"with": "bob"})
    person = line(account=alice["aid"], root=b64(bytes.fromhex(alice["ark"]["public"])), handle="alice")
    listed = line(list=b64(bytes.fromhex(mine["statement"])))
    said = dict(id="07" * 16, account=alice["aid"], device=did, seq=1, sent=s["now_ms"], kept=s["now_ms"],
                ttl=86400, type=1, state=3, notes=0, missing=0, text="Meet at \u00e9\u0000?", content=None,
                proof=None)
    odd = dict(said, type=99, text=None, content=b64(b"\1\2"))

    def ended(*lines):
        file = "".join(lines)
        word = (b"\1" + bytes.fromhex(alice["aid"] + did + room) + now + hashlib.sha384(file.encode()).digest() +
                b"\1" * 132)
        return nid + (file + line(signed=b64(word))).encode()

    whole = ended(head, person, listed, line(**said), line(**odd))
    return dict(
        whole=whole, empty=ended(head, person, listed), cut=whole[:-9], longer=whole + b"{}\n",
        nobody=ended(head, line(**said)), twice=ended(head, person, person),
        wrong=ended(head, person, listed, line(**dict(said, proof=b64(bytes(484))))),
        newer=nid + head.replace(":1,", ":2,").encode(), other=bytes(32) + head.encode())
