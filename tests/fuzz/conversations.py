# SPDX-License-Identifier: Apache-2.0
"""Seeds for what reads connections: HTTP, WebSocket, and the two ends of the control socket."""
import base64
import hashlib
import struct


def frame(op, payload=b"", mask=None, fin=True, reserved=0):
    n = len(payload)
    head = bytes([fin << 7 | reserved << 4 | op])
    masked = 0x80 if mask else 0
    if n < 126:
        head += bytes([masked | n])
    elif n < 1 << 16:
        head += bytes([masked | 126]) + struct.pack(">H", n)
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", n)
    if not mask:
        return head + payload
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def said_by(mask):
    """What a WebSocket peer may write after the upgrade, by name."""
    def f(op, payload=b"", **more):
        return frame(op, payload, mask, **more)
    return {
        "hello": f(2, b"hello"),
        "empty": f(2),
        "longer": f(2, bytes(range(200))),
        "longest": f(2, bytes(300)),
        "pieces": f(2, b"one", fin=False) + f(9, b"ping") + f(0, b"two", fin=False) + f(0, b"3"),
        "control": f(9, b"p" * 125) + f(10) + f(2, b"x"),
        "bye": f(8, struct.pack(">H", 1000) + "tschüß".encode()) + f(2, b"late"),
        "bye_bare": f(8),
        "bye_wrong": f(8, struct.pack(">H", 1005)),
        "text": f(1, b"text"),
        "stray": f(0, b"stray"),
        "reserved": f(2, b"x", reserved=4),
        "other_mask": frame(2, b"x", None if mask else b"abcd"),
        "huge": f(2, b"")[:1] + bytes([(0x80 if mask else 0) | 127]) + b"\x00" * 4 + b"\xff" * 8,
    }


REQUEST = ("GET /tacet/v1 HTTP/1.1\r\nHost: chat.x.example\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tacet.v1\r\n\r\n")


def response():
    """The acceptance of sixteen zero bytes [RFC6455 4.2.2]."""
    text = "AAAAAAAAAAAAAAAAAAAAAA==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: tacet.v1\r\n\r\n")


def seeds(write):
    """Everything, by write(target, name=bytes, ...)."""
    for client in (True, False):
        for name, said in said_by(b"\x37\xfa\x21\x3d" if client else None).items():
            who = "client_" if client else "server_"
            write("websocket", **{who + name: bytes([25 << 1 | client]) + said})
            head = REQUEST if client else response()
            write("stream", **{who + name: bytes([not client, 6]) + head.encode() + said,
                               who + name + "_open": bytes([2 | (not client), 1]) + said})
    question = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9090\r\nAccept: */*\r\n\r\n"
    write("http_question", get=question, head=question.replace("GET", "HEAD"),
          post=question.replace("GET", "POST"), old=question.replace("1.1", "1.0"),
          bare=question.replace("\r\n", "\n"), body=question[:-2] + "Content-Length: 3\r\n\r\nabc")
    write("http_request", plain=REQUEST, cut=REQUEST[:-2], bare=REQUEST.replace("\r\n", "\n"),
          behind=REQUEST + "GET / HTTP/1.1\r\n\r\n",
          twice=REQUEST.replace("Host", "Host: x.example\r\nHost", 1),
          body=REQUEST.replace("Upgrade: w", "Content-Length: 5\r\nUpgrade: w", 1),
          chunked=REQUEST.replace("Upgrade: w", "Transfer-Encoding: chunked\r\nUpgrade: w", 1),
          folded=REQUEST.replace("\r\nUpgrade", "\r\n Upgrade", 1),
          path=REQUEST.replace("/tacet/v1", "/"), old=REQUEST.replace("Version: 13", "Version: 8"),
          lists=REQUEST.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade")
          .replace("tacet.v1", "other, tacet.v1"), long=REQUEST[:-2] + "X: " + "y" * 4096)
    write("http_response", plain=response(), behind=response().encode() + frame(2, b"hello"),
          other_key=response().replace("Accept: ", "Accept: x", 1),
          refused="HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
          bad="HTTP/1.0 101 x\r\n\r\n", long=response()[:-2] + "X: " + "y" * 4096)
    blocks = [b"", b"hello", bytes(300)]
    framed = b"".join(struct.pack(">I", len(b)) + b for b in blocks)
    write("local_server", three=b"\x06" + framed, cut=b"\xff" + framed[:-1], none=b"\x00",
          too_long=b"\x00" + framed + struct.pack(">I", (1 << 20) + 1))
    for i, b in enumerate(blocks):
        write("local_answer", **{f"answer{i}": b"\x06" + struct.pack(">I", len(b)) + b})
    write("local_answer", cut=b"\x02" + struct.pack(">I", 9) + b"1234",
          too_long=b"\x00" + struct.pack(">I", (1 << 20) + 1) + b"x")
