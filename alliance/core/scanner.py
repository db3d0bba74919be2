"""A scanner for what people upload: clamd, spoken to over its own protocol (INSTREAM), where one is configured.

settings.SCANNER is (host, port), or None where there is no scanner: then nothing claims to have been scanned.
"""

import socket
from dataclasses import dataclass

from django.conf import settings

PIECE = 64 * 1024  # bytes sent at once
PATIENCE = 60  # seconds for any one answer
LONGEST = 4096  # bytes of an answer


class ScannerTrouble(Exception):
    """The scanner did not say whether the file is clean: it is away, too slow, or refuses files of this size."""


@dataclass(frozen=True)
class Verdict:
    """`found` is the name that the scanner gives to what it found; "" for a clean file."""

    found: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.found


def is_there() -> bool:
    return settings.SCANNER is not None


def scan(content: bytes) -> Verdict:
    """What the scanner says of these bytes; ScannerTrouble when it says neither clean nor found."""
    host, port = settings.SCANNER
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as line:
            _send(line, content)
            said = _answer(line)
    except OSError as problem:
        raise ScannerTrouble(f"The scanner at {host}:{port} does not answer: {problem}") from problem
    if said == "stream: OK":
        return Verdict()
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return Verdict(said.removeprefix("stream: ").removesuffix(" FOUND"))
    raise ScannerTrouble(f"The scanner says: {said or 'nothing'}")


def _send(line: socket.socket, content: bytes) -> None:
    """Each piece with its length in four bytes before it, and an empty one at the end."""
    try:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it stopped listening, over its limit of size: its answer says why


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST:
        piece = line.recv(LONGEST)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode(errors="replace").strip()
