#!/usr/bin/env python3
"""Check an exported Concordat record without trusting anybody: this one file, Python 3.8 or later, nothing else.

    python3 verify_export.py RECORD.jsonl [--head SEQ:HASH]

--head is a record head printed in a report or sent by e-mail: the export must hold the very same.
It says "The record holds." and exits 0, or names the first break and exits 1.

How the chain works: every event is stored as bytes. Its hash is SHA-256 over the text "concordat/event/1", then the
chain's id, the event's number, the hash of the event before it (32 zero bytes for the first) and the bytes of the
event; each of these four is preceded by its length as 8 bytes, most significant first. A person's words are not in
the event; a commitment to them is: SHA-256 over the text "concordat/words/1", a 16-byte salt and the words.
"""

import argparse
import base64
import hashlib
import json
import sys


class Break(Exception):
    pass


def event_hash(chain, seq, prev_hash, body):
    parts = (chain.encode(), str(seq).encode(), prev_hash, body)
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(b"concordat/event/1" + whole).digest()


def commitments_in(value):
    """Every commitment to somebody's words that an event's facts hold, as hexadecimal digits."""
    if isinstance(value, dict):
        if set(value) == {"commitment"}:
            yield value["commitment"]
        else:
            for inner in value.values():
                yield from commitments_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from commitments_in(inner)


def verify(lines, paper=None):
    """Return (events, words, redacted) counted; raise Break at the first thing that does not hold."""
    place = 0

    def each():
        nonlocal place
        for line in lines:
            place += 1
            yield line

    try:
        return followed(each(), paper)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise Break("Line %d is not written as the lines of a record are." % place) from None


def followed(lines, paper):
    try:
        header = json.loads(next(lines))
    except (StopIteration, ValueError):
        raise Break("The file is empty or is not a record.") from None
    if header.get("format") != "concordat-record" or header.get("version") != 1:
        raise Break("The file is not a Concordat record of version 1.")
    chain, head = header["chain"], header["head"]
    seq, last, committed, told = 0, bytes(32), set(), set()
    words = redacted = 0
    on_paper = paper is None
    for number, line in enumerate(lines, 2):
        try:
            entry = json.loads(line)
        except ValueError:
            raise Break("Line %d is not complete." % number) from None
        if "seq" in entry:
            seq += 1
            body = base64.b64decode(entry["body"])
            if entry["seq"] != seq:
                raise Break("Event %d is missing: the next one is %r." % (seq, entry["seq"]))
            if bytes.fromhex(entry["prev_hash"]) != last:
                raise Break("Event %d does not follow from the one before it." % seq)
            last = event_hash(chain, seq, last, body)
            if last.hex() != entry["hash"]:
                raise Break("Event %d was changed: its bytes do not give its hash." % seq)
            committed.update(commitments_in(json.loads(body)["facts"]))
            if paper and paper[0] == seq:
                on_paper = True
                if last.hex() != paper[1]:
                    raise Break("Event %d has the hash %s, the paper says %s." % (seq, last.hex(), paper[1]))
        elif "commitment" in entry:
            words += 1
            told.add(entry["commitment"])
            if entry["redacted"] is not None:
                redacted += 1
                continue
            whole = b"concordat/words/1" + bytes.fromhex(entry["salt"]) + entry["text"].encode()
            if hashlib.sha256(whole).hexdigest() != entry["commitment"]:
                raise Break("Line %d: these words are not those that were committed to." % number)
    if head is not None and (head["seq"], head["hash"]) != (seq, last.hex()):
        raise Break("The chain ends at event %d, the header says %r." % (seq, head["seq"]))
    if not on_paper:
        raise Break("The paper names event %d; the chain ends at %d." % (paper[0], seq))
    if missing := committed - told:
        raise Break("%d of the words that the record commits to are not in the file." % len(missing))
    return seq, words, redacted


def main():
    parser = argparse.ArgumentParser(description="Check an exported Concordat record.")
    parser.add_argument("file")
    parser.add_argument("--head", help="SEQ:HASH from a printed report")
    given = parser.parse_args()
    paper = None
    if given.head:
        seq, _, printed = given.head.partition(":")
        if not seq.isdigit() or len(printed) != 64:
            parser.error("--head is written SEQ:HASH, a number, a colon and 64 letters and digits.")
        paper = (int(seq), printed.lower())
    try:
        with open(given.file, encoding="utf-8") as lines:
            events, words, redacted = verify(lines, paper)
    except Break as problem:
        print("The record does NOT hold. %s" % problem)
        return 1
    print("The record holds. %d events, %d people's words (%d redacted)." % (events, words, redacted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
