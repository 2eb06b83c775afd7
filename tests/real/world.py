# SPDX-License-Identifier: Apache-2.0
"""The real programs in a directory of their own: a server, and people with profiles.

Everything that a world starts it ends, and everything that it writes lies below `world.dir`.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

PATIENCE_S = 60


def environment(kill_at=None, extra=None):
    env = dict(os.environ)
    env.pop("TACET_KILL_AT", None)
    if kill_at:
        env["TACET_KILL_AT"] = kill_at
    env.update(extra or {})
    return env


def check_sound(what, said):
    """A sanitizer's word ends the test, whatever it was about."""
    if "Sanitizer" in said or "runtime error:" in said:
        sys.exit(f"{what}:\n{said}")


class World:
    def __init__(self, build, listen="127.0.0.1:0"):
        self.build = pathlib.Path(build).resolve() / "src"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="tacet-world-"))
        self.data, self.people = self.dir / "server", self.dir / "people"
        (self.dir / "passphrase").write_text("for this test only\n")
        self.log = self.dir / "server.log"
        self.server, self.address = None, listen
        self.run([self.build / "server/tacetd", "init", "--data", self.data, "--root",
                  self.dir / "root.key", "--name", "N", "--domain", "x.example", "--kdf-cost",
                  "10"], check=True)

    def start(self, command, kill_at=None, env=None):
        """A program with the passphrase on a descriptor, and pipes."""
        fd = os.open(self.dir / "passphrase", os.O_RDONLY)
        try:
            return subprocess.Popen([str(c) for c in command] + ["--passphrase-fd", str(fd)],
                                    env=environment(kill_at, env), pass_fds=[fd],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)
        finally:
            os.close(fd)

    def run(self, command, kill_at=None, check=False, env=None, stdin=None, kill_after_s=None):
        """start(), to its end or until SIGKILL; (status, stdout, stderr)."""
        p = self.start(command, kill_at, env)
        try:
            out, err = p.communicate(stdin, timeout=kill_after_s or PATIENCE_S)
        except subprocess.TimeoutExpired:
            p.kill()
            out, err = p.communicate()
            if not kill_after_s:
                sys.exit(f"{command} takes longer than {PATIENCE_S} s:\n{out}{err}")
        check_sound(command, err)
        if check and p.returncode != 0:
            sys.exit(f"{command}\nfailed with {p.returncode}:\n{out}{err}")
        return p.returncode, out, err

    def tacet_words(self, who, *words):
        return [self.build / "cli/tacet", "--data", self.people, "--profile", who, *words]

    def tacet(self, who, *words, **how):
        return self.run(self.tacet_words(who, *words), **how)

    def tacetctl(self, *words, check=True):
        p = subprocess.run([self.build / "ctl/tacetctl", "--data", self.data, *words],
                           capture_output=True, text=True, timeout=PATIENCE_S)
        if check and p.returncode != 0:
            sys.exit(f"tacetctl {' '.join(words)}\nfailed with {p.returncode}:\n{p.stderr}")
        return p

    def back_up(self, name):
        """A backup taken while the server runs, below the world's directory."""
        self.tacetctl("backup", self.dir / name)
        return self.dir / name

    def restore(self, file, data=None):
        """(status, stdout, stderr) of tacetd restore, into the server's own directory or another."""
        p = subprocess.run([self.build / "server/tacetd", "restore", file, "--data",
                            data or self.data], capture_output=True, text=True,
                           timeout=PATIENCE_S)
        check_sound("tacetd restore", p.stderr)
        return p.returncode, p.stdout, p.stderr

    def start_server(self, *words, kill_at=None, env=None):
        """Its log goes to the end of `world.log`; it keeps its address when started again."""
        with open(self.log, "ab") as log:
            self.server = subprocess.Popen(
                [self.build / "server/tacetd", "run", "--data", self.data, "--listen",
                 self.address, *words], env=environment(kill_at, env), stdout=subprocess.PIPE,
                stderr=log, text=True)
        said = self.server.stdout.readline().split()
        if not said:
            sys.exit(f"the server does not start:\n{self.log.read_text()}")
        self.address = said[-1]

    def stop_server(self, kind=signal.SIGTERM):
        """Its exit status; harmless when it has ended by itself."""
        if self.server.poll() is None:
            self.server.send_signal(kind)
        status = self.server.wait(PATIENCE_S)
        self.server.stdout.close()
        return status

    def invite(self, who):
        link = re.search(r"tacet://join/[\w-]+", self.tacetctl("invite", who).stdout)[0]
        self.tacet(who, "join", "--kdf-cost", "10", link, check=True)

    def send(self, who, to, text, **how):
        """(exit status, the id if it was printed: then the message counts as sent)."""
        status, out, _ = self.tacet(who, "send", "--wait", "3", to, text, **how)
        found = re.search(r"\b[0-9a-f]{32}\b", out)
        return status, found and found[0]

    def shown(self, who, *by):
        """What the vault of `who` holds, of one conversation or of all, in their order."""
        _, out, _ = self.tacet(who, "read", *by, "--all", "--json", check=True)
        return [json.loads(line) for line in out.splitlines()]

    def shown_offline(self, who):
        """The same of all, whatever the server says to it."""
        return [json.loads(line)
                for line in self.tacet(who, "read", "--all", "--json")[1].splitlines()]

    def status(self, who):
        _, out, _ = self.tacet(who, "status", "--json", check=True)
        return json.loads(out)

    def end(self):
        if self.server:
            self.stop_server()
            check_sound("the server", self.log.read_text())
        shutil.rmtree(self.dir)

    def end_on(self, disk):
        """The same, where part of the world lies on a disk of its own."""
        if self.server:
            self.stop_server()
        disk.end()
        self.end()


class Ledger:
    """What was tried and sent from one person to another, judged by what the other one holds."""

    def __init__(self, world, sender, receiver):
        self.world, self.sender, self.receiver = world, sender, receiver
        self.sent, self.tried = {}, []  # id -> text of what was sent; every text in order

    def say(self, **how):
        text = f"{self.sender} to {self.receiver}, {len(self.tried)}"
        self.tried.append(text)
        status, message = self.world.send(self.sender, self.receiver, text, **how)
        if message:
            self.sent[message] = text
        return status

    def count(self, shown):
        """(lost, twice, out of order, with a note) in all that the receiver's vault holds."""
        shown = [m for m in shown if not m["mine"] and m["with"] == self.sender]
        ids = {m["id"] for m in shown}
        place = {text: i for i, text in enumerate(self.tried)}
        places = [place[m["text"]] for m in shown]
        return (len(self.sent.keys() - ids), len(shown) - len(ids),
                sum(a >= b for a, b in zip(places, places[1:])),
                sum(bool(m["notes"]) for m in shown))

    def judge(self, what):
        """Lost 0, twice 0, out of order 0, not opened 0, with a note 0?"""
        shown = self.world.shown(self.receiver, self.sender)
        verdict = (*self.count(shown), self.world.status(self.receiver)["parked"])
        came = sum(not m["mine"] for m in shown)
        print(f"{what}: sent {len(self.sent)}, shown {came}, lost {verdict[0]}, "
              f"twice {verdict[1]}, out of order {verdict[2]}, with a note {verdict[3]}, "
              f"not opened {verdict[4]}", flush=True)
        return not any(verdict)
