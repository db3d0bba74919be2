"""A plain CSV is read where its rows end up: COPY takes its bytes in, SQL makes lines of them, thousands at once.

`InSets` is to a `QuickReading` what that is to a `Reading`: the same lines, notes and problems, only sooner; a test
holds them together. What a day, a category, a budget line or a payee means is asked of the reading, once for each text
that occurs. A row that leaves a question goes back to it, in its turn. A piece that COPY would not cut as Python's csv
does is not taken (`NotPlain`), and from there on the file is read as any other is.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import date as Day  # noqa: N812 -- `date` is a field of Meant
from itertools import islice
from typing import NamedTuple

import psycopg
from django.db import DataError, transaction

from alliance.core.copying import list_of
from alliance.core.spreadsheets import LIMITS, Row, Table
from alliance.core.spreadsheets.shapes import width
from ledger.importing import ROOM, Line
from ledger.quick_reading import FIELDS, QuickReading

FEWEST = 500  # lines that are worth a table of their own
COLUMNS = 60
ODD = 4  # of so many rows one may leave a question
SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)  # what Python strips from a text
RARE = tuple(one.encode() for one in SPACES if one.isascii() and one not in " \n")
LIGATURES = "ẗẚﬂﬄﬅﬆ"  # beyond ASCII, what holds a letter of "total" when its case is folded
# Quotation marks enclose whole cells, or are doubled within; else Python and PostgreSQL cut differently.
ENCLOSED = {
    delimiter: re.compile(
        rb'(?:[^"]*+(?<![^%(d)s\n])"[^"]*+(?:""[^"]*+)*+"(?![^%(d)s\n]))*+[^"]*+'
        % {b"d": re.escape(delimiter.encode())}
    )
    for delimiter in ",;\t|"
}


class NotPlain(Exception):
    """The rest of the file is to be read row by row."""


class Taken(NamedTuple):
    """What became of a piece: `odd` are the lines of the rows that left a question; `lines` counts all others."""

    lines: int
    odd: list[Line]


class Piece(NamedTuple):
    """Rows of the file as they are, in UTF-8: the first one's number, and how many there are."""

    first: int
    rows: int
    text: bytes


class Meant(NamedTuple):
    """What a row says of its day, its category and its budget line, and what that means."""

    date: str
    category: str
    budget_line: str
    day: Day
    account: int
    line: int


class InSets:
    """One reading of one file for one return; iterate `pieces(rows)` and `take` each within a transaction."""

    def __init__(self, reading: QuickReading, content: bytes, key: tuple[int, int, int]):
        """key: alliance, return and number of the reading."""
        self.reading, self.content, self.key = reading, content, key
        self.is_whole = False
        self.summed = reading.heading.row  # rows up to here are in the reading's sums

    def pieces(self, rows: int) -> Iterator[Piece]:
        """Of so many rows each, as far as the file is plain; `is_whole` when that was to its end."""
        file = _plain_text(self.reading.table, self.content)
        if file is None or self.reading.meaning.only or not self._passes_headings(file):
            return
        first = self.reading.heading.row + 1
        while lines := list(islice(file, rows)):
            of_piece = Piece(first, len(lines), b"".join(lines))
            if not self._is_plain(of_piece, max(map(len, lines))):
                return
            yield of_piece
            first += len(lines)
        self.is_whole = True

    def _passes_headings(self, file: io.BytesIO) -> bool:
        """Are the rows up to the headings as many lines?"""
        above = b"".join(islice(file, self.reading.heading.row)).decode()
        cut = csv.reader(io.StringIO(above, newline=""), delimiter=self.reading.table.delimiter)
        return sum(1 for _ in cut) == self.reading.heading.row

    def _is_plain(self, piece: Piece, longest: int) -> bool:
        return (
            (piece.rows >= FEWEST or piece.first > self.reading.heading.row + 1)
            and piece.first + piece.rows - 1 <= LIMITS.rows
            and longest <= LIMITS.cell_length
            and not piece.text.startswith(b"\\.")
            and b"\n\\." not in piece.text
            and ENCLOSED[self.reading.table.delimiter].fullmatch(piece.text) is not None
        )

    def take(self, cursor, piece: Piece) -> Taken:
        """Stage the piece's ordinary rows. NotPlain, and nothing is done, where it is not cut as Python would."""
        try:
            with transaction.atomic():
                return self._take(cursor, piece)
        except (DataError, psycopg.DataError) as trouble:
            raise NotPlain from trouble

    def _take(self, cursor, piece: Piece) -> Taken:
        table = _Piece(cursor, self.reading, piece)
        table.copy_in()
        lines, odd = table.stage(self.key), []
        if (piece.rows - lines) * ODD > piece.rows:
            raise NotPlain
        table.note(self.key)
        if lines < piece.rows:
            odd = self._ask_about(cursor, table, piece)
            for rows in self.reading.doubtful.values():
                rows.sort()
        table.drop()
        self.reading.read_to = piece.first + piece.rows - 1
        return Taken(lines, odd)

    def _ask_about(self, cursor, table: "_Piece", piece: Piece) -> list[Line]:
        """The rows that were not staged, in their turn; the sums above each are those that it would find."""
        rows = table.left_over(self.key)
        cursor.execute(
            """select width_bucket("row", %s::int[]), sum(amount) from ledger_returnline
               where alliance_id = %s and cost_return_id = %s and reading = %s and "row" > %s group by 1""",
            [[row.number for row in rows], *self.key, self.summed],
        )
        above = dict(cursor.fetchall())
        self.summed = piece.first + piece.rows - 1
        found = []
        for place, row in enumerate(rows):
            if place in above:
                self.reading.sums.add(above[place])
            if line := self.reading.read(row):
                found.append(line)
        if len(rows) in above:
            self.reading.sums.add(above[len(rows)])
        return found

    def sum_up(self, cursor) -> None:
        """Give the reading the sum of all that it has not seen, before it goes on by itself."""
        cursor.execute(
            """select coalesce(sum(amount), 0) from ledger_returnline
               where alliance_id = %s and cost_return_id = %s and reading = %s and "row" > %s""",
            [*self.key, self.summed],
        )
        self.reading.sums.add(cursor.fetchone()[0])


class _Piece:
    """A piece in a table of its own."""

    def __init__(self, cursor, reading: QuickReading, piece: Piece):
        self.cursor, self.reading, self.piece = cursor, reading, piece
        start = piece.text.partition(b"\n")[0].decode()
        self.width = len(next(csv.reader([start], delimiter=reading.table.delimiter), ()))
        if not 2 <= self.width <= COLUMNS:
            raise NotPlain
        self.columns = [f"c{place}" for place in range(self.width)]
        of_fields = (reading.meaning.columns.get(name, self.width) for name in FIELDS)
        self.of = {
            name: self.columns[place] if place < self.width else "''::text"
            for name, place in zip(FIELDS, of_fields, strict=True)
        }
        is_usual = piece.text.isascii() and not any(one in piece.text for one in RARE)
        self.spaces = " " if is_usual else SPACES

    def copy_in(self) -> None:
        """Its rows as COPY cuts them; DataError where they are not of one width, NotPlain where it found others."""
        delimiter, names = self.reading.table.delimiter, ", ".join(self.columns)
        self.cursor.execute(
            "create temporary table ledger_piece (n integer generated always as identity "
            f"(start {self.piece.first} cache 1000), {' text, '.join(self.columns)} text) on commit drop; "
            # Nobody knows yet how many rows mean what; looking each up in a hash is right for few and for many.
            "set local enable_mergejoin = off; set local enable_nestloop = off"
        )
        how = f"format csv, delimiter '{delimiter}', force_not_null ({names})"
        with self.cursor.copy(f"copy ledger_piece ({names}) from stdin ({how}, encoding 'UTF8')") as copy:
            copy.write(self.piece.text)
        if self.cursor.rowcount != self.piece.rows:
            raise NotPlain

    def drop(self) -> None:
        self.cursor.execute(
            "drop table ledger_piece; set local enable_mergejoin to default; set local enable_nestloop to default"
        )

    def stage(self, key: tuple[int, int, int]) -> int:
        """Its ordinary rows as lines of the reading; how many there are."""
        self.meant = list(self._meant())
        payees = self._payees()
        of_names = zip(*self.meant, strict=True) if self.meant else ([],) * 6
        self.cursor.execute(
            self._statement(),
            {
                **dict(zip(("alliance", "return", "reading"), key, strict=True)),
                **{f"m{place}": list_of(values) for place, values in enumerate(of_names)},
                "payees": list_of(payees),
                "suppliers": list_of(payees.values()),
                "spaces": self.spaces,
                "mended": self._mended(),
                **ROOM,
            },
        )
        return self.cursor.rowcount

    def note(self, key: tuple[int, int, int]) -> None:
        """Tell the reading what its notes are to say of the rows that were staged."""
        reading, vat = self.reading, self.reading.vat
        if any(one.day < reading.first_day for one in self.meant):
            reading.early += [row for (row,) in self._staged(key, '"row"', "date < %s", reading.first_day)]
        doubts = {
            one.day: vat.doubt(one.day) for one in self.meant if vat and one.account == reading.vat_account
        }
        days = [day for day, why in doubts.items() if why]
        if not days:
            return
        where = 'account_id = %s and date = any(%s) order by "row"'
        for row, day in self._staged(key, '"row", date', where, reading.vat_account, days):
            reading.doubtful.setdefault(doubts[day], []).append(row)

    def left_over(self, key: tuple[int, int, int]) -> list[Row]:
        """The rows that were not staged."""
        self.cursor.execute(
            f"""select n, {", ".join(self.columns)} from ledger_piece where n not in (
                    select "row" from ledger_returnline
                    where alliance_id = %s and cost_return_id = %s and reading = %s and "row" >= %s)
                order by n""",
            [*key, self.piece.first],
        )
        return [
            Row(number, tuple(cells[: width(number, cells, LIMITS)]))
            for number, *cells in self.cursor.fetchall()
        ]

    def _staged(self, key: tuple[int, int, int], what: str, where: str, *values) -> list[tuple]:
        self.cursor.execute(
            f"""select {what} from ledger_returnline where alliance_id = %s and cost_return_id = %s and reading = %s
                and "row" >= %s and {where}""",
            [*key, self.piece.first, *values],
        )
        return self.cursor.fetchall()

    def _mended(self) -> list[int]:
        last = self.piece.first + self.piece.rows - 1
        return [row for row in self.reading.fixes if self.piece.first <= row <= last]

    def _meant(self) -> Iterator[Meant]:
        """What the days and names of its rows mean, where each is clear."""
        reading = self.reading
        said = ", ".join(self.of[name] for name in Meant._fields[:3])
        self.cursor.execute(f"select distinct {said} from ledger_piece")
        for texts in self.cursor.fetchall():
            found = Meant(
                *texts, reading.days[texts[0]], reading.categories_said[texts[1]], reading.lines[texts[2]]
            )
            if None in found or found.account == reading.staff:  # pay goes together first (rule 29)
                continue
            if reading.vat and found.account == reading.vat_account and reading.vat.not_a_cost(found.day):
                continue
            yield found

    def _payees(self) -> dict[str, str]:
        """Text → the supplier, where it leaves no question."""
        self.cursor.execute(f"select distinct {self.of['supplier']} from ledger_piece")
        found = {text: self.reading.payees[text] for (text,) in self.cursor.fetchall()}
        return {text: said for text, said in found.items() if said is not None}

    def _statement(self) -> str:
        """INSERT … SELECT of what leaves no question, as `QuickReading._line` sees it."""
        of, free = self.of, ("description", "reference", "evidence")
        beyond = self.columns[len(self.reading.heading.headings) :]
        conditions = [
            "amount <> 0",
            "(supplier <> '' or description <> '')",
            *(f"char_length({name}) <= %({name})s" for name in free),
            *(f"btrim({column}, %(spaces)s) = ''" for column in beyond),
        ]
        if self._mended():
            conditions.append("n <> all(%(mended)s)")
        if not self.piece.text.isascii():
            conditions.append(f"description !~ '[{LIGATURES}]'")
        if b"total" in self.piece.text.lower():
            conditions.append("position('total' in lower(description)) = 0")
        amount = f"btrim({of['amount']}, %(spaces)s)"
        return f"""
            insert into ledger_returnline (alliance_id, cost_return_id, reading, "row", cells, date, amount, account_id,
                                           budget_line_id, supplier, description, reference, evidence)
            select %(alliance)s, %(return)s, %(reading)s, n, {self._cells()}, day, amount, account, line, supplier,
                description, reference, evidence
            from (
                select p.*, m.day, m.account, m.line, s.supplier,
                    case when {amount} ~ '^-?[0-9]+[.][0-9][0-9]$' and octet_length({amount}) <= 13
                        then {amount}::numeric(15, 2) end as amount,
                    {", ".join(f"btrim({of[name]}, %(spaces)s) as {name}" for name in free)}
                from ledger_piece p
                join unnest(%(m0)s::text[], %(m1)s::text[], %(m2)s::text[], %(m3)s::date[], %(m4)s::bigint[],
                        %(m5)s::bigint[]) as m (on_day, of_category, on_line, day, account, line)
                    on m.on_day = {of["date"]} and m.of_category = {of["category"]} and m.on_line = {of["budget_line"]}
                join unnest(%(payees)s::text[], %(suppliers)s::text[]) as s (payee, supplier)
                    on s.payee = {of["supplier"]}
                offset 0
            ) row
            where {" and ".join(conditions)}"""

    def _cells(self) -> str:
        """The row's cells without the blank ones at its end."""
        whens = " ".join(
            f"when btrim({self.columns[place]}, %(spaces)s) <> '' then array[{', '.join(self.columns[: place + 1])}]"
            for place in reversed(range(self.width))
        )
        return f"case {whens} end"


def _plain_text(table: Table, content: bytes) -> io.BytesIO | None:
    """A CSV's text in UTF-8, its lines ended by a line feed; None where that is not all that it takes."""
    if table.kind != "CSV" or table.delimiter not in ENCLOSED:
        return None
    if table.encoding == "cp1252":
        content = content.decode("cp1252").encode()
    elif table.encoding != "utf-8-sig":
        return None
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    return io.BytesIO(content.removeprefix(codecs.BOM_UTF8).translate(None, b"\r"))
