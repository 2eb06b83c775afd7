# SPDX-License-Identifier: Apache-2.0
"""Seeds for two endpoints with a hostile network between them."""


def seeds(write):
    """Programs: what two people do, and what the network between them does to it."""
    def text(end, n=9, late=1):
        return bytes([0, end, n, late])

    def one(end, to, late=1):
        return bytes([1, end, to, late])

    def control(kind, end, to, *entries):
        return bytes([2, kind, end, to, *entries, 1])

    again, open_anew, forget, rotate = (lambda *v, k=k: bytes([k, *v]) for k in range(3, 7))
    everything, backwards = bytes([7]), bytes([9])
    deliver, drop, swap, duplicate, flip, readdress, splice, cut, mistake, delete = (
        lambda *v, k=k: bytes([k, *v]) for k in (8, *range(10, 19)))
    talk = b"".join(text(i % 2, 9 * i) + everything for i in range(6))
    controls = b"".join(control(k, 0, 1, *([2, 0, 1, 1] if k in (1, 2) else [2] * (k != 4)))
                        for k in range(5))
    three = text(0) + text(1) + one(0, 1)
    programs = dict(
        talk=talk, backwards=three + three + backwards, controls=text(0) + controls + everything,
        partial=one(0, 1) + one(1, 0) + one(0, 2) + everything,
        again=text(0) + again(0, 1) + everything + again(0, 2) + everything,
        anew=text(0) + everything + open_anew(0, 1) + text(0) + everything + text(0) + backwards,
        forgotten=text(0) + everything + forget(1, 0, 0) + text(0) + everything,
        many=b"".join(open_anew(0, 1) + one(0, 1) for _ in range(6)) + everything,
        rotated=text(0) + rotate(1) + text(0) + text(0, 5, 0) + everything,
        deleted=text(0) + rotate(1) + delete(1) + everything,
        replayed=three + deliver(0) + deliver(0) + deliver(2) + deliver(2) + everything,
        skipped=text(0) + text(0) + deliver(0) + deliver(4) + deliver(2) + deliver(2) + everything,
        dropped=three + drop(2) + drop(3) + everything + text(0) + everything,
        swapped=three + swap(0, 5) + swap(1, 4) + duplicate(3) + everything,
        altered=three + b"".join(flip(i, 0, 40 * i, i) for i in range(6)) + everything,
        readdressed=three + b"".join(readdress(i, i + 1) for i in range(6)) + everything,
        spliced=three + three + b"".join(splice(i, i + 1, k, 60) for i in range(8)
                                         for k in (0, i)) + everything,
        cut=three + cut(0, 1) + cut(2, 128) + mistake(1) + mistake(3) + everything)
    write("two_endpoints", **{f"{name}_{profile}": bytes([k]) + program
                              for name, program in programs.items()
                              for k, profile in enumerate(("standard", "hybrid"))})
