# SPDX-License-Identifier: Apache-2.0
"""What a terminal of the kind vt100 shows, as far as ncurses makes use of one."""
import re

SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z@])|\x1b([()][A-Z0-9]|[A-Z=>78])|([\x00-\x1a\x1c-\x1f])")
DELAY = re.compile(r"\$<[0-9]+>")


class Vt100:
    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1
        self.cells = [[" "] * columns for _ in range(rows)]
        self.rest = ""

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        at = 0
        while at < len(text):
            found = SEQUENCE.match(text, at)
            if found:
                self.obey(*found.groups())
                at = found.end()
            elif text[at] == "\x1b":
                self.rest = text[at:]  # cut off; the next bytes complete it
                return
            else:
                self.put(text[at])
                at += 1

    def put(self, character):
        if self.column == self.columns:
            self.column = 0
            self.feed_line()
        self.cells[self.row][self.column] = character
        self.column += 1

    def feed_line(self):
        if self.row == self.bottom:
            del self.cells[self.top]
            self.cells.insert(self.bottom, [" "] * self.columns)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def back_line(self):
        if self.row == self.top:
            del self.cells[self.bottom]
            self.cells.insert(self.top, [" "] * self.columns)
        else:
            self.row = max(self.row - 1, 0)

    def blank(self, row, first, last):
        self.cells[row][first:last] = [" "] * (last - first)

    def erase(self, final, how):
        row, column = self.row, min(self.column, self.columns - 1)
        first, last = (column if how == 0 else 0), (column + 1 if how == 1 else self.columns)
        self.blank(row, first, last)
        if final == "J":
            for other in range(row + 1 if how == 0 else 0, row if how == 1 else self.rows):
                self.blank(other, 0, self.columns)

    def obey(self, numbers, final, short, control):
        n = [int(x) if x.isdigit() else 0 for x in (numbers or "").split(";")]
        one = max(n[0], 1)
        if control == "\r":
            self.column = 0
        elif control == "\n":
            self.feed_line()
        elif control == "\b":
            self.column = max(self.column - 1, 0)
        elif short == "M":
            self.back_line()
        elif final == "H":
            self.row = min(one, self.rows) - 1
            self.column = min(max((n + [1])[1], 1), self.columns) - 1
        elif final in ("J", "K"):
            self.erase(final, n[0])
        elif final == "A":
            self.row = max(self.row - one, 0)
        elif final == "B":
            self.row = min(self.row + one, self.rows - 1)
        elif final == "C":
            self.column = min(self.column + one, self.columns - 1)
        elif final == "D":
            self.column = max(self.column - one, 0)
        elif final == "r":
            self.top, self.bottom = one - 1, ((n + [0])[1] or self.rows) - 1
            self.row = self.column = 0
