# SPDX-License-Identifier: Apache-2.0
"""Backups of a server in a world, and what stands in their way."""
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

from world import PATIENCE_S, check_sound

BALLAST = 48 << 20  # bytes that the database holds beside the people: so that a backup takes a while


def load(world):
    """Much to back up, which no server ever looks at."""
    db = sqlite3.connect(world.data / "tacet.db")
    db.execute("CREATE TABLE ballast (bytes BLOB)")
    for _ in range(BALLAST >> 20):
        db.execute("INSERT INTO ballast VALUES (randomblob(1048576))")
    db.commit()
    db.close()


def until(what, condition):
    """Within PATIENCE_S, or the test ends."""
    for _ in range(PATIENCE_S * 50):
        if condition():
            return
        time.sleep(0.02)
    sys.exit(f"it never comes to this: {what}")


def start_backup(world, file):
    return subprocess.Popen([world.build / "ctl/tacetctl", "--data", world.data, "backup", file],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_backup(p):
    out, err = p.communicate(timeout=PATIENCE_S)
    check_sound("tacetctl backup", err)
    return p.returncode, out, err


def stop_in_the_middle(world, file):
    """A backup of which some is written, and which stands still."""
    p = start_backup(world, file)
    draft = pathlib.Path(f"{file}.new")
    until("a draft of the backup",
          lambda: draft.exists() and draft.stat().st_size > 1 << 20 or p.poll() is not None)
    p.send_signal(signal.SIGSTOP)
    return p, p.poll() is None and draft.stat().st_size < BALLAST
