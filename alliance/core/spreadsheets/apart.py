"""Reading a workbook in a process of its own: what it does there to memory, time or the interpreter stays there.

The libraries that unpack workbooks are good, and files are made by strangers. The process gets the file as its
standard input, may write only its answer, and ends. Its rows come through a temporary file, so that the reader's
memory is flat.
"""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from .reading import read_table
from .shapes import LIMITS, MEGABYTE, Limits, Row, SpreadsheetError, Table

START = "import sys; sys.path.append(sys.argv[1]); from spreadsheets.apart import answer; answer()"


@dataclass(frozen=True, slots=True)
class Room:
    """What the process may take: bytes of memory, seconds of the processor, bytes of its answer."""

    memory: int = 512 * MEGABYTE
    seconds: int = 60
    answer: int = 400 * MEGABYTE


def read_table_apart(
    content: bytes,
    filename: str,
    *,
    sheet: str | None = None,
    blanks: bool = False,
    limits: Limits = LIMITS,
    room: Room = Room(),
) -> Table:
    """As `read_table`, but what has to be unpacked is unpacked by a process with no more than `room`.

    A CSV is read here: it is only cut at its commas, line by line.
    """
    if not content.startswith(b"PK") or len(content) > limits.bytes:
        return read_table(content, filename, sheet=sheet, blanks=blanks, limits=limits)
    asked = {
        "filename": filename,
        "sheet": sheet,
        "blanks": blanks,
        "limits": asdict(limits),
        "room": asdict(room),
    }
    rows = tempfile.TemporaryFile()  # noqa: SIM115 -- the table reads it for as long as it is there
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", START, str(Path(__file__).parents[1]), json.dumps(asked)],
                stdin=file,
                stdout=rows,
                stderr=subprocess.PIPE,
                timeout=2 * room.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _too_much(filename) from None
    rows.seek(0)
    if done.returncode:
        raise _too_much(filename)
    about = json.loads(rows.readline())
    if "trouble" in about:
        raise SpreadsheetError(about["trouble"])
    about["sheets"], about["beside"] = tuple(about["sheets"]), tuple(about["beside"])
    begins = rows.tell()
    return Table(**about, _source=lambda: _rows(rows, begins))


def _rows(answer: BinaryIO, begins: int) -> Iterator[Row]:
    answer.seek(begins)
    while line := answer.readline():
        place = answer.tell()
        number, cells, merged, unsaved, hidden = json.loads(line)
        yield Row(number, tuple(cells), frozenset(merged), frozenset(unsaved), hidden)
        answer.seek(place)  # two may read at once, each in its turn


def _too_much(filename: str) -> SpreadsheetError:
    return SpreadsheetError(
        f"'{filename}' takes more memory or time to open than a list of costs can need. "
        "Copy the costs alone into a new workbook, or save them as CSV, and send that."
    )


# ── In the other process ─────────────────────────────────────────────────────


def answer() -> None:
    """Read the table on standard input; write what it is and then its rows, one JSON text a line."""
    asked = json.loads(sys.argv[2])
    _stay_within(Room(**asked.pop("room")))
    limits = Limits(**asked.pop("limits"))
    out = io.TextIOWrapper(io.FileIO(1, "wb", closefd=False), encoding="utf-8", write_through=False)
    try:
        with io.FileIO(0, "rb", closefd=False) as file:
            table = read_table(file, asked.pop("filename"), limits=limits, capped=True, **asked)
            about = {
                name: getattr(table, name)
                for name in (
                    "filename",
                    "kind",
                    "sheet",
                    "encoding",
                    "delimiter",
                    "sheets",
                    "hidden_sheets",
                    "beside",
                    "macros",
                )
            }
            rows = iter(table)
    except SpreadsheetError as trouble:
        about, rows = {"trouble": str(trouble)}, iter(())
    out.write(json.dumps(about) + "\n")
    for row in rows:
        said = [row.number, row.cells, sorted(row.merged), sorted(row.unsaved), row.hidden]
        out.write(json.dumps(said, ensure_ascii=False) + "\n")
    out.flush()


def _stay_within(room: Room) -> None:
    try:
        import resource
    except ImportError:  # there is none on Windows; the other limits stand
        return
    for what, most in (
        (resource.RLIMIT_AS, room.memory),
        (resource.RLIMIT_DATA, room.memory),
        (resource.RLIMIT_CPU, room.seconds),
        (resource.RLIMIT_FSIZE, room.answer),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            _, highest = resource.getrlimit(what)
            resource.setrlimit(what, (most if highest < 0 else min(most, highest), highest))
        except (ValueError, OSError):  # some systems do not know some of them
            continue
