# SPDX-License-Identifier: Apache-2.0
"""A person before the whole screen of `tacet chat`."""
import time

from seat import Seat
from vt100 import Vt100
from world import PATIENCE_S


class Board(Seat):
    """A person who sees what a terminal makes of the bytes."""

    def __init__(self, world, who, *words):
        super().__init__(world, who, "chat", *words)
        self.fed, self.screen = 0, Vt100(24, 100)

    def look(self, until):
        more = self.read_some(until)
        self.screen.feed(self.seen[self.fed:])
        self.fed = len(self.seen)
        return more

    def shows(self, *texts, hidden=()):
        """Until all of these are to be seen at once, and none of the others."""
        until = time.monotonic() + PATIENCE_S
        while not all(t in self.screen.text() for t in texts) or \
                any(t in self.screen.text() for t in hidden):
            if not self.look(until):
                return False
        return True


def sits(world, who):
    """Its passphrase is typed, and what was before that is not on the screen."""
    seat = Board(world, who)
    seat.awaits("Passphrase: ")
    seat.fed = len(seat.seen)
    seat.says(seat.passphrase)
    return seat
