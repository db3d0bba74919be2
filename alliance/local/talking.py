"""What `make run` says to whoever started it."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator


class Stop(Exception):
    """Something that a person must mend before anything can start; the message says how."""


def say(line: str) -> None:
    """Print; nobody listening any more (`make run | head`) is no reason to stop."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def telling(what: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"  … {what}")
    yield
    say(f"    done in {time.monotonic() - began:.1f} s")
