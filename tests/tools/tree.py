# SPDX-License-Identifier: Apache-2.0
"""A small tree on disk without a fault, to plant faults in and see whether a check finds them."""
import pathlib
import subprocess
import tempfile

LICENCE = "SPDX-License-Identifier: Apache-2.0"
C = f"/* {LICENCE} */\n"
SH = f"#!/bin/sh\n# {LICENCE}\n"
PYTHON = f"#!/usr/bin/env python3\n# {LICENCE}\n"
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


def check(tool, files):
    """(status, output) of a tool over a tree of these {path: text}."""
    with tempfile.TemporaryDirectory(prefix="tacet-tree-") as name:
        for path, text in files.items():
            file = pathlib.Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([TOOLS / tool, name], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def clean(tool, what, files):
    """The check has nothing to say about these files."""
    status, said = check(tool, files)
    assert (status, said) == (0, ""), f"{what}: {status}\n{said}"


def found(tool, what, files, *words):
    """The check fails with one line, and the line holds these words."""
    status, said = check(tool, files)
    lines = said.splitlines()
    assert status == 1 and len(lines) == 1, f"{what}: {status}\n{said}"
    assert all(word in lines[0] for word in words), f"{what}: not {words}\n{said}"
