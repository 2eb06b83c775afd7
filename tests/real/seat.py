# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal of their own, before one of the real programs."""
import errno
import os
import pty
import select
import signal
import struct
import sys
import fcntl
import termios
import time

from world import PATIENCE_S, environment


class Seat:
    def __init__(self, world, profile, *words):
        """`tacet` with these words; its passphrase is asked for at the terminal."""
        command = [world.build / "cli/tacet", "--data", world.dir / "people", "--profile", profile,
                   *words]
        self.name, self.seen, self.from_here = profile, "", 0
        self.passphrase = (world.dir / "passphrase").read_text().splitlines()[0]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(str(command[0]), [str(c) for c in command], environment())
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))

    def read_some(self, until):
        """What the screen got by then at the latest; False: nothing more will come."""
        ready, _, _ = select.select([self.fd], [], [], max(0, until - time.monotonic()))
        if not ready:
            return time.monotonic() < until
        try:
            got = os.read(self.fd, 65536)
        except OSError as e:
            if e.errno != errno.EIO:  # which says that the program has ended
                raise
            got = b""
        self.seen += got.decode(errors="replace")
        return bool(got)

    def awaits(self, text):
        """Read until the text is on the screen, behind what was awaited before."""
        until = time.monotonic() + PATIENCE_S
        while (found := self.seen.find(text, self.from_here)) < 0:
            if not self.read_some(until):
                sys.exit(f"{self.name} does not see {text!r}; after {self.from_here}:\n"
                         f"{self.seen[self.from_here:]}\nall: {self.seen!r}")
        self.from_here = found + len(text)

    def types(self, text):
        os.write(self.fd, text.encode())

    def says(self, text):
        self.types(text + "\r")

    def unlocks(self):
        self.awaits("Passphrase: ")
        self.says(self.passphrase)

    def leaves(self, how="\x04"):
        """The exit status of the program, which ends by this key."""
        self.types(how)
        until = time.monotonic() + PATIENCE_S
        while self.read_some(until):
            pass
        return self.hang_up()

    def hang_up(self, kill=False):
        if self.pid == 0:
            return None
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
