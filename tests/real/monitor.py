# SPDX-License-Identifier: Apache-2.0
"""What a real server tells its operator, asked for and held against the manual."""
import http.client
import json
import pathlib
import re

from world import PATIENCE_S

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs/operate"
NUMBER = r"[-+]?(\d+(\.\d+)?|Inf)"
SAMPLE = re.compile(r'(tacet_\w+?)(_bucket|_sum|_count)?(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})?'
                    rf' {NUMBER}')


def table(file, heading):
    """{the name in the first column: the other columns} of a chapter's table."""
    text = (DOCS / file).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")]
            for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in rows}


def expect(what, got, wanted):
    print(f"{what}: {got!r}")
    assert got == wanted, f"wanted {wanted!r}"


class Monitor:
    """Asks; keeps all that it was answered."""

    def __init__(self, address):
        self.address, self.heard = address, ""

    def ask(self, path, method="GET"):
        c = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        c.request(method, path)
        answer = c.getresponse()
        text = answer.read().decode()
        self.heard += str(answer.headers) + text
        c.close()
        return answer.status, text

    def ready(self):
        status, text = self.ask("/ready")
        health = json.loads(text)
        return status, health["state"], health["reasons"]

    def metrics(self):
        """{name with labels: value}, after looking at the format of every line."""
        status, text = self.ask("/metrics")
        assert status == 200
        types, values, helped = {}, {}, None
        for line in text.splitlines():
            word = line.split(" ")
            if line.startswith("# HELP "):
                assert word[2] not in types, line
                helped = word[2]
            elif line.startswith("# TYPE "):
                assert word[2] == helped and word[3] in ("counter", "gauge", "histogram"), line
                types[helped] = word[3]
            else:
                m = SAMPLE.fullmatch(line)
                assert m and helped in (m[1], m[1] + (m[2] or "")), line
                assert bool(m[2]) == (types[helped] == "histogram"), line
                name, value = line.rsplit(" ", 1)
                assert name not in values, line
                values[name] = float(value)
        assert text.endswith("\n")
        listed = {name: row[0] for name, row in table("reference-metrics.md", "Metrics").items()}
        assert types == listed, "the manual lists others"
        self.text = text
        return values


def start(w, env=None):
    """A server that is asked."""
    w.start_server("--monitor", "127.0.0.1:0", env=env)
    return Monitor(w.server.stdout.readline().split()[-1])
