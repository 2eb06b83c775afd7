# SPDX-License-Identifier: Apache-2.0
"""System calls of a real program that fail as a test says, by strace."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

SKIPPED = 77  # ctest's word for it
ATTACHED_S = 30
# The search for leaks wants to trace the process itself.
QUIET = {"ASAN_OPTIONS": "detect_leaks=0", "LSAN_OPTIONS": "detect_leaks=0"}
INJECTED = "(INJECTED)"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def need_strace():
    """Ends the program with SKIPPED where strace is missing or may not do this."""
    if not shutil.which("strace"):
        skip("there is no strace")
    probe = ["strace", "-o", "/dev/null", "-e", "inject=getppid:error=EIO", "true"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        skip("strace may not trace here")


class Fault:
    """`calls` (as strace names them) that fail with `how`, `when` in strace's notation; of those
    that touch one of `files`, or of all."""

    def __init__(self, calls, how, when="1+", files=()):
        self.calls, self.how, self.when, self.files = calls, how, when, files

    def words(self):
        where = [word for file in self.files for word in ("-P", str(file))]
        return [*where, "-e", f"trace={self.calls}", "-e",
                f"inject={self.calls}:{self.how}:when={self.when}"]

    def __str__(self):
        return f"{self.calls} {self.how} when {self.when}"


def count(record):
    """How many calls were spoiled."""
    record = pathlib.Path(record)
    return record.read_text(errors="replace").count(INJECTED) if record.exists() else 0


def before(fault, record):
    """Words to put before a command: strace is nobody's parent, and the process is the program."""
    return ["strace", "-D", "-f", "-qq", "-o", record, *fault.words()]


class Attached:
    """While this lasts the fault befalls a process that runs already.
    with Attached(pid, fault, record) as a: ...; then a.hits."""

    def __init__(self, pid, fault, record):
        self.pid, self.fault, self.record = pid, fault, pathlib.Path(record)
        self.hits = 0

    def __enter__(self):
        self.record.unlink(missing_ok=True)
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", str(self.record), *self.fault.words(), "-p", str(self.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self.strace.stderr.readline()
        if "attached" not in said:
            self.strace.kill()
            self.strace.communicate()
            skip(f"strace may not trace a process that runs: {said.strip()}")
        return self

    def __exit__(self, *_):
        if self.strace.poll() is None:
            self.strace.send_signal(signal.SIGINT)  # it lets go of the process
        self.strace.communicate(timeout=ATTACHED_S)
        self.hits = count(self.record)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
