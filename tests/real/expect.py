# SPDX-License-Identifier: Apache-2.0
"""Claims, counted: a test prints each with what it saw, and ends with how many held."""
import sys
import traceback


class Claims:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, holds, saw=""):
        print(f"{'ok    ' if holds else 'FAILED'} {what}" + ("" if holds else f": {saw!r}"),
              flush=True)
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        return holds

    def same(self, what, got, wanted):
        return self.that(what, got == wanted, f"{got!r} instead of {wanted!r}")

    def says(self, what, result, status, *words):
        """The program ended with this status, and its standard error has these words."""
        got, _, err = result
        return self.that(what, got == status and all(w in err for w in words), result)

    def run(self, plays):
        """Each to its end or its first exception; then the verdict, as an exit status."""
        for play in plays:
            print(f"-- {play.__name__}", flush=True)
            try:
                play(self)
            except (Exception, SystemExit):
                traceback.print_exc(file=sys.stdout)
                self.that(f"{play.__name__} goes to its end", False)
        print(f"{self.passed} passed, {self.failed} failed")
        return self.failed > 0
