# SPDX-License-Identifier: Apache-2.0
"""What the programs of a build know: their words and options, as their own help says them."""
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
PLACES = {"tacet": "cli/tacet", "tacetctl": "ctl/tacetctl", "tacetd": "server/tacetd"}
OF_ALL = {"help", "version"}  # options that every program has, with or without a word


class Vocabulary:
    """words: word -> its own options; fields: word -> those of its --json; shared: the options that
    go with every word."""

    def __init__(self, build, program):
        self.path = pathlib.Path(build).resolve() / "src" / PLACES[program]
        self.program, self.words, self.fields = program, {}, {}
        if program == "tacetd":
            self.read_usage()
        else:
            self.read_table()

    def ask(self, *words):
        p = subprocess.run([self.path, *words], capture_output=True, text=True, timeout=60)
        if p.returncode != 0:
            sys.exit(f"{self.program} {' '.join(words)} failed:\n{p.stderr}")
        return p.stdout

    def read_table(self):
        """Of a program that is a table of words, each with a help of its own."""
        head, tail = self.ask("help").split("With every word:\n")
        self.shared = listed(tail)
        for word in re.findall(r"^  ([a-z]+) +[A-Z]", head, re.M):
            if word != "help":
                self.words[word] = self.read_word(word)

    def read_word(self, word):
        usage, rest = self.ask("help", word).split("\n", 1)
        details = rest.split("With every word:\n")[0]
        own = listed(details)
        json = re.search(r"^  --json +One JSON object.*?:(.*?)(?:\.$|;)", details, re.M | re.S)
        self.fields[word] = set(re.findall(r"[a-z_]+", re.sub(r"\(.*?\)", "", json[1])
                                           if json else ""))
        if set(OPTION.findall(usage)) != own:
            sys.exit(f"{self.program} help {word}: its usage and its options disagree")
        return own

    def read_usage(self):
        """Of tacetd, whose usage has a paragraph for each word."""
        usage, self.shared = self.ask("--help").split("\n\n")[0], set(OF_ALL)
        for text in re.split(r"\btacetd (?=[a-z])", usage)[1:]:
            self.words[text.split()[0]] = set(OPTION.findall(text)) - OF_ALL


def listed(text):
    """The options that a help text explains: they begin a line, behind two blanks and no more."""
    return set(re.findall(r"^  --([a-z][a-z-]*)", text, re.M))
