# SPDX-License-Identifier: Apache-2.0
"""A line between clients and a server that a test can cut, hold or slow down."""
import select
import socket
import struct
import threading
import time

PIECE = 16384
TICK_S = 0.05


class Trouble:
    """What befalls a connection once so many bytes have passed, in both directions together."""
    NONE, RESET, HOLD, SLOW = "none", "reset", "hold", "slow"

    def __init__(self, kind=NONE, after=0, step=64):
        self.kind, self.after, self.step = kind, after, step

    def __str__(self):
        return self.kind if self.kind == self.NONE else f"{self.kind} after {self.after} bytes"


def reset(s):
    """Without FIN: the peer is told that nobody is there."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


class Connection:
    def __init__(self, proxy, client, trouble):
        self.proxy, self.client, self.trouble = proxy, client, trouble
        self.server = socket.create_connection(proxy.to)
        self.passed, self.hit = 0, False

    def run(self):
        """Ends when a side does; what is held is so until the proxy ends or lets go."""
        try:
            while not self.proxy.ended and self.carry():
                pass
        except OSError:
            pass
        for s in (self.client, self.server):
            s.close()

    def carry(self):
        if self.trouble.kind == Trouble.HOLD and self.hit:
            time.sleep(TICK_S)  # nobody reads, nobody closes
            return not self.proxy.let_go.is_set()
        ready, _, _ = select.select([self.client, self.server], [], [], TICK_S)
        for s in ready:
            other = self.server if s is self.client else self.client
            if not self.hand_on(s, other):
                return False
        return True

    def hand_on(self, s, other):
        room = PIECE
        if self.trouble.kind in (Trouble.RESET, Trouble.HOLD):
            room = max(self.trouble.after - self.passed, 1)
        elif self.trouble.kind == Trouble.SLOW:
            room = self.trouble.step
            time.sleep(0.001)
        data = s.recv(min(room, PIECE))
        if not data:
            return False
        other.sendall(data)
        self.passed += len(data)
        if self.trouble.kind != Trouble.NONE and self.passed >= self.trouble.after:
            self.befall()
        return not (self.hit and self.trouble.kind == Trouble.RESET)

    def befall(self):
        if not self.hit:
            self.proxy.hits += 1
        self.hit = True
        if self.trouble.kind == Trouble.RESET:
            reset(self.client)
            reset(self.server)


class Proxy:
    """Listens on loopback; `trouble` is that of the connections that come."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.to, self.trouble = None, Trouble()
        self.ended, self.hits, self.connections = False, 0, 0
        self.let_go = threading.Event()
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def lead_to(self, address):
        host, port = address.rsplit(":", 1)
        self.to = (host, int(port))

    def accept(self):
        while not self.ended:
            if not select.select([self.listener], [], [], TICK_S)[0]:
                continue
            client, _ = self.listener.accept()
            try:
                connection = Connection(self, client, self.trouble)
            except OSError:  # the server is away
                reset(client)
                continue
            self.connections += 1
            self.threads.append(threading.Thread(target=connection.run))
            self.threads[-1].start()

    def end(self):
        self.ended = True
        for t in self.threads:
            t.join()
        self.listener.close()
