# SPDX-License-Identifier: Apache-2.0
"""A small disk for a directory, in a mount namespace that ends with the test."""
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77  # ctest's word for it
INSIDE = "TACET_TEST_NAMESPACE"


def can_mount():
    return bool(os.environ.get(INSIDE))


def try_namespace():
    """Run this program again where it may mount, if there is such a place."""
    if can_mount():
        return
    for words in (["unshare", "-m"], ["unshare", "-Urm"]):
        probe = [*words, "mount", "-t", "tmpfs", "none", "/mnt"]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp(words[0], [*words, sys.executable, *sys.argv])


def enter_namespace():
    """The same; where nobody may mount this ends the program with SKIPPED."""
    try_namespace()
    if can_mount():
        return
    print("skipped: a file system cannot be mounted here, neither as root nor in a user namespace")
    sys.exit(SKIPPED)


class Disk:
    """A file system of so many bytes, over a directory and what it holds."""

    def __init__(self, path, size):
        self.path, self.filling = pathlib.Path(path), pathlib.Path(path) / "filling"
        held = self.path.with_name(self.path.name + ".held")
        self.path.mkdir(exist_ok=True)
        shutil.move(self.path, held)
        self.path.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={size},mode=0700", "none")
        shutil.copytree(held, self.path, dirs_exist_ok=True)

    def _mount(self, *words):
        subprocess.run(["mount", *words, self.path], check=True)

    def fill(self, leave=0, mode="wb"):
        with open(self.filling, mode, buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError:
                f.truncate(max(os.fstat(f.fileno()).st_size - leave, 0))

    def fill_on(self):
        """What has become free since is taken, too."""
        self.fill(mode="ab")

    def make_room(self):
        self.filling.unlink()

    def protect(self, yes=True):
        """Read-only, or no longer.  No file may be open for writing."""
        self._mount("-o", "remount,bind,ro" if yes else "remount,bind,rw")

    def end(self):
        subprocess.run(["umount", "-l", self.path], check=True)
