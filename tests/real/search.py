# SPDX-License-Identifier: Apache-2.0
"""Does anything hold these bytes, as they are or in another spelling?  Files, texts, memory."""
import base64
import pathlib

PIECE = 1 << 20
CELLS = (16, 28)  # bytes between two characters of a screen: in terminal/page.h, in ncurses
SHADOW = 1 << 32  # no program of ours maps so much: it is a sanitizer's bookkeeping, not content


def base64_cores(secret, alphabet):
    """What base64 makes of it wherever it stands in a longer text: three spellings."""
    for shift in range(3):
        text = alphabet(bytes(shift) + secret)
        first = (shift * 8 + 5) // 6            # the first letter of the secret's bits alone
        last = (shift + len(secret)) * 8 // 6   # behind the last one
        yield text[first:last]


def spellings(secret):
    """name -> bytes to look for.  Halves too: a copy may have been cut."""
    found = {"raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode(),
             "first half": secret[:len(secret) // 2], "second half": secret[len(secret) // 2:]}
    if secret.isascii():
        text = secret.decode("ascii")
        found["UTF-16LE"], found["UTF-16BE"] = text.encode("utf-16-le"), text.encode("utf-16-be")
        for n in CELLS:
            found[f"cells of {n}"] = bytes(n - 1).join(bytes([c]) for c in secret)
    for i, core in enumerate(base64_cores(secret, base64.b64encode)):
        found[f"base64 at {i}"] = core
    for i, core in enumerate(base64_cores(secret, base64.urlsafe_b64encode)):
        if core not in found.values():
            found[f"base64url at {i}"] = core
    return found


class Search:
    def __init__(self, secrets):
        """secrets: name -> bytes."""
        self.needles = [(what, how, needle) for what, secret in secrets.items()
                        for how, needle in spellings(secret).items()]
        self.overlap = max((len(n) for _, _, n in self.needles), default=1) - 1

    def bytes(self, where, data):
        """["where: what as how"] of all that is in there."""
        return [f"{where}: {what} as {how}" for what, how, needle in self.needles
                if needle in data]

    def files(self, directory):
        found = []
        for path in sorted(pathlib.Path(directory).rglob("*")):
            if path.is_file():
                found += self.bytes(path.name, path.read_bytes())
            found += self.bytes("the name of " + path.name, path.name.encode())
        return found

    def memory(self, pid):
        """(found, bytes read), or (None, why) when it may not be read."""
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
                return self.mappings(list(maps), memory)
        except OSError as e:
            return None, e.strerror

    def mappings(self, maps, memory):
        found, total = set(), 0
        for line in maps:
            where, rights, *rest = line.split(maxsplit=5)
            begin, end = (int(n, 16) for n in where.split("-"))
            name = rest[3].strip() if len(rest) > 3 else "no file"
            if "r" not in rights or end - begin >= SHADOW or name in ("[vvar]", "[vsyscall]"):
                continue
            kept = b""
            for at in range(begin, end, PIECE):
                try:
                    memory.seek(at)
                    data = kept + memory.read(min(PIECE, end - at))
                except OSError:  # a page behind the end of its file, or of a device
                    break
                total += len(data) - len(kept)
                found.update(self.bytes(name, data) if data.strip(b"\0") else [])
                kept = data[-self.overlap:] if self.overlap else b""
        return sorted(found), total
