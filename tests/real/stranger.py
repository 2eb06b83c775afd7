# SPDX-License-Identifier: Apache-2.0
"""Clients that nobody invited: they speak to a server in bytes, and hear how it shows them out."""
import socket
import ssl
import struct

HEARING_S = 60
ASK = (b"GET /tacet/v1 HTTP/1.1\r\nHost: x.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
       b"Sec-WebSocket-Protocol: tacet.v1\r\n\r\n")
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


def frame(op, payload, fin=True):
    """A WebSocket frame under a mask of zeros."""
    n = len(payload)
    length = (bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536 else
              b"\xff" + struct.pack(">Q", n))
    return bytes([(0x80 if fin else 0) | op]) + length + bytes(4) + payload


def number(n):
    """A number as protobuf has it."""
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def request(op, body=b"", ident=1):
    """A frame of the protocol, in its one encoding."""
    out = b"\x08" + number(op) + (b"\x10" + number(ident) if ident else b"")
    return frame(BINARY, out + (b"\x22" + number(len(body)) + body if body else b""))


class Stranger:
    def __init__(self, address):
        """`address` as the server says it: HOST:PORT."""
        host, port = address.rsplit(":", 1)
        self.at = (host.strip("[]"), int(port))

    def tcp(self):
        s = socket.create_connection(self.at, timeout=HEARING_S)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def tls(self):
        return TLS.wrap_socket(self.tcp())

    def upgraded(self):
        s = self.tls()
        s.sendall(ASK)
        head = b""
        while b"\r\n\r\n" not in head:
            head += s.recv(1024)
        assert b" 101 " in head, head
        return s


def hear(s, enough=lambda heard: False):
    """Everything until the end, or until it is enough."""
    heard = b""
    try:
        while not enough(heard) and (more := s.recv(4096)):
            heard += more
    except (ConnectionError, ssl.SSLError):
        pass
    s.close()
    return heard


def answers(heard):
    """[(op, payload)] of what a server sent, as far as it is whole."""
    found = []
    while len(heard) >= 2:
        n, at = heard[1], 2
        if n == 126:
            n, at = struct.unpack(">H", heard[2:4])[0], 4
        elif n == 127:
            n, at = struct.unpack(">Q", heard[2:10])[0], 10
        if at + n > len(heard):
            break
        found.append((heard[0] & 15, heard[at:at + n]))
        heard = heard[at + n:]
    return found


def is_closed(heard):
    return any(op == CLOSE for op, _ in answers(heard))


def close_code(s):
    """Of the close frame that ends all; 0: there was none."""
    told = [payload for op, payload in answers(hear(s, is_closed)) if op == CLOSE]
    return struct.unpack(">H", told[0][:2])[0] if told and len(told[0]) >= 2 else 0
