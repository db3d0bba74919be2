"""Spreadsheets that nobody should send and somebody will: broken, mis-encoded, boastful, malicious.

The same seed gives the same files.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

import xlsxwriter

from tests.factories.ledger import HEADINGS, cost, csv_of

MAKERS: list[Callable[[random.Random], tuple[str, bytes]]] = []
VALUES = [
    "1e308", "-1e308", "NaN", "inf", "-Infinity", "1E+400", "9" * 400, "0x1F", "1,2O0", "--5", "(-5)", "1.234,56",
    "£", "€12", "12.345", "١٢٣", "Ⅷ", "½", "=1+1", "=cmd|' /C calc'!A0", "+44 20 7946 0000", "@SUM(A1:A9)", "-2+3",
    '=HYPERLINK("http://example.org","x")', "\t=1", "\r=1", "#REF!", "#DIV/0!", "TRUE", "<script>alert(1)</script>",
    "{{ 7*7 }}", "%00", "';drop table ledger_entry;--", "\u202e00.001", "\u200b12.00", "12\u00a0000.00", "␀",
    "0", "-0.00", "999999999999999.99", "1" + "0" * 30, " ", "\ufeff12.00", "None", "null", "12.00 CR DR",
]  # fmt: skip
DAYS = [
    "0000-00-00", "31/02/2026", "99999999", "2026-13-45", "1/1/1", "46000000", "-1", "0", "2958466", "12/31/2026",
    "2026-11-03T25:61:61", "soon", "३/११/२०२६", "3/11/20266", "1899-12-30", "9999-12-31", "0001-01-01",
    "Smarch 3, 2026",
]  # fmt: skip
NAMES = ["costs.csv", "costs.xlsx", "../../etc/passwd", "a" * 180 + ".csv", "\u202ecsv.exe", "<b>x</b>.xlsx",
         "CON.xlsx", "costs", ".csv", "costs.xlsx.exe", "ein größeres Blatt.ods", "'; --.csv"]  # fmt: skip
PIECE = 1_000_000  # bytes
CONTENT = (
    '<?xml version="1.0"?>{doctype}<office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Return">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def corpus(first: int, last: int, seed: int = 1) -> Iterator[tuple[int, str, bytes]]:
    """(number, name, content), each kind in its turn, each different in what chance decides; without `last`."""
    for n in range(first, last):
        chance = random.Random(seed * 1_000_003 + n)
        kind, content = MAKERS[n % len(MAKERS)](chance)
        name = chance.choice(NAMES) if chance.random() < 0.3 else f"costs.{kind}"
        yield n, f"{n}-{name}" if name[0] not in "./" else name, content


def maker(make):
    MAKERS.append(make)
    return make


@cache
def _book(kind: str = "plain") -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet("Return")
        page.write_row(0, 0, HEADINGS.split(","))
        for n in range(1, 30):
            page.write_row(
                n, 0, ["2026-11-03", "Shop", f"Tea {n}", n, "Overhead", "Peer support", str(n), "invoice"]
            )
        if kind == "merged":
            page.merge_range("A3:A9", "2026-11-04")
    return made.getvalue()


def large_book() -> bytes:
    """20,000 rows that are nothing but large."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for n in range(20_000):
            page.write_row(n, 0, [f"{n} {column}" for column in range(12)])
    return made.getvalue()


def _ods(rows: str, doctype: str = "", manifest: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}'
            "</manifest:file-entry></manifest:manifest>",
        )
        parts.writestr("content.xml", CONTENT.format(rows=rows, doctype=doctype))
    return made.getvalue()


def _row(cells, **attributes) -> str:
    said = "".join(f' table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row{said}>{inner}</table:table-row>"


def _with(part: str, change, kind: str = "plain") -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_book(kind))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@maker
def strange_values(chance):
    rows = [
        cost(chance.choice(VALUES).replace('"', '""').replace(",", "")) for _ in range(chance.randint(1, 9))
    ]
    return "csv", csv_of(rows)


@maker
def strange_days(chance):
    return "csv", csv_of([cost(day=chance.choice(DAYS)) for _ in range(chance.randint(1, 9))])


@maker
def strange_words_everywhere(chance):
    rows = [",".join(chance.choice(VALUES).replace(",", "") for _ in range(8)) for _ in range(20)]
    return "csv", csv_of(rows)


@maker
def truncated(chance):
    whole = chance.choice([_book(), _ods(_row(HEADINGS.split(","))), csv_of([cost()] * 20)])
    return "xlsx", whole[: chance.randint(1, len(whole) - 1)]


@maker
def bytes_flipped(chance):
    whole = bytearray(
        chance.choice([_book(), _book("merged"), _ods(_row(HEADINGS.split(","))), csv_of([cost()] * 9)])
    )
    for _ in range(chance.randint(1, 40)):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return "xlsx", bytes(whole)


@maker
def xml_flipped(chance):
    def change(xml):
        broken = bytearray(xml)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(len(broken))] = chance.choice(b"<>&\"'/ =0\xff\x00aZ")
        return bytes(broken)

    part = chance.choice(
        [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"]
    )
    return "xlsx", _with(part, change)


@maker
def noise(chance):
    return chance.choice(["csv", "xlsx", "ods"]), chance.randbytes(chance.randint(0, 5_000))


@maker
def wrong_magic(chance):
    magic = chance.choice(
        [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"{\\rtf1", b"\x1f\x8b\x08", b"7z\xbc\xaf",
         b"Rar!\x1a", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"PK\x05\x06", b"MZ", b"\x7fELF",
         b"<html>", b"<?xml version='1.0'?>", b"\xef\xbb\xbf<table>", b"#!/bin/sh\n", b"SQLite format 3\x00"]
    )  # fmt: skip
    return "xlsx", magic + chance.randbytes(chance.randint(0, 2_000))


@maker
def password(chance):
    if chance.random() < 0.4:
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
        return "xlsx", head + chance.randbytes(900)
    if chance.random() < 0.5:
        return "ods", _ods("", manifest="<manifest:encryption-data/>")
    locked = bytearray(_book())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(mark)
        while place >= 0:
            locked[place + at] |= 1
            place = locked.find(mark, place + 4)
    return "xlsx", bytes(locked)


@maker
def encodings(chance):
    text = f"{HEADINGS}\r\n" + cost("£1,200.50", supplier="Café “Ty”") + "\r\n"
    encoding = chance.choice(
        ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "cp037", "utf-7"]
    )
    content = text.encode(encoding, errors="replace")
    if chance.random() < 0.5:
        place = chance.randrange(len(content))
        content = (
            content[:place]
            + chance.choice([b"\x81", b"\x00", b"\xff\xfe", b"\xed\xa0\x80"])
            + content[place:]
        )
    return "csv", content


@maker
def quotes(chance):
    rows = [cost(), cost().replace("Quayside", chance.choice(['"Quay', 'Qu"ay', '""Q"', '"a\nb', '"a""']))]
    return "csv", csv_of(rows * chance.randint(1, 3))


@maker
def wide(chance):
    width = chance.choice([201, 1_000, 10_000, 100_000])
    return "csv", (HEADINGS + "," * width + "x\r\n" + cost() + "," * width + "\r\n").encode()


@maker
def long_cell(chance):
    size = chance.choice([5_001, 131_073, 1_200_000])
    return "csv", csv_of([cost(supplier="x" * size), f'"{"y" * size}"'])


@maker
def one_long_line_of_commas(chance):
    return "csv", b"," * chance.choice([900_000, 3_000_000])


@maker
def far_cells(chance):
    far = chance.choice(["A1048576", "XFD1", "XFD1048576", "ZZZ9999999", "A0", "1A", "A99999999999"])
    return "xlsx", _with(SHEET, lambda xml: xml.replace(b'r="H3"', f'r="{far}"'.encode(), 1))


@maker
def numbers_in_xml(chance):
    value = chance.choice(
        ["1e308", "1e999", "NaN", "INF", "-1e-320", "", "1,5", "0x10", "9" * 500, "1.005", "two"]
    )
    return "xlsx", _with(SHEET, lambda xml: xml.replace(b"<v>7</v>", f"<v>{value}</v>".encode()))


@maker
def shared_strings_that_are_not_there(chance):
    value = chance.choice(["99999999", "-1", "1.5", "x", "18446744073709551616"])
    return "xlsx", _with(SHEET, lambda xml: xml.replace(b't="s"><v>3</v>', f't="s"><v>{value}</v>'.encode()))


@maker
def merges(chance):
    refs = [
        "A1:XFD1048576",
        "A1:A1048576",
        "B2:B2",
        "Z9:A1",
        "A1",
        ":",
        "A1:B2:C3",
        "AAAA1:B2",
        "D2:D20",
        "A2:A20",
    ]
    said = "".join(
        f'<mergeCell ref="{chance.choice(refs)}"/>' for _ in range(chance.choice([1, 3, 500, 25_000]))
    )
    return "xlsx", _with(
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", f"</sheetData><mergeCells>{said}</mergeCells>".encode()),
    )


@maker
def formulas_without_values(chance):
    change = chance.choice([b"<f>A1</f>", b"<f>A1</f><v></v>", b"<f/>", b'<f t="shared" si="0"/>'])
    return "xlsx", _with(SHEET, lambda xml: xml.replace(b"<v>7</v>", change).replace(b"<v>9</v>", change))


@maker
def entities(chance):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">'.encode() for n in range(1, 9)
    )
    outside = b'<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">'
    doctype = chance.choice([bomb, outside, b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd" [']) + b"]>"
    if chance.random() < 0.3:
        return "ods", _ods(_row(["&a8;", "&xxe;"]), doctype.decode())
    part = chance.choice([SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
    return "xlsx", _with(part, lambda xml: xml.replace(b"?>", b"?>" + doctype, 1))


@maker
def nested(chance):
    depth = chance.choice([101, 10_000, 200_000])
    deep = b"<x>" * depth + b"</x>" * depth
    if chance.random() < 0.5:
        return "ods", _ods(deep.decode())
    return "xlsx", _with(chance.choice([SHEET, "xl/styles.xml", "xl/sharedStrings.xml"]),
                         lambda xml: xml[:-12] + deep + xml[-12:])  # fmt: skip


@maker
def repeated_ods(chance):
    many = chance.choice([1_000, 1_048_576, 2**31, 2**63, 10**30, -1])
    rows = _row(HEADINGS.split(",")) + chance.choice(
        [_row(["x"], number_rows_repeated=many), f'<table:table-row table:number-rows-repeated="{many}"/>',
         _row(["x" * 500], number_rows_repeated=many, visibility="collapse"),
         _row(["x"]).replace("<table:table-cell ", f'<table:table-cell table:number-columns-repeated="{many}" ')]
    )  # fmt: skip
    return "ods", _ods(rows)


@cache
def _bomb(size: int, part: str) -> bytes:
    """Packed a piece at a time: whoever makes it should not need the memory that it is to take elsewhere."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_book())) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            start, end, rest = old.read(name).partition(b"</worksheet>")
            with new.open(name, "w") as into:
                into.write(start)
                if name == part and end:
                    _blanks(into, size)
                into.write(end + rest)
                if name == part:
                    _blanks(into, size)
    return made.getvalue()


def _blanks(into, size: int) -> None:
    for _ in range(0, size, PIECE):
        into.write(b" " * PIECE)


@maker
def zip_bombs(chance):
    return "xlsx", _bomb(chance.choice([60_000_000, 250_000_000]), chance.choice([SHEET, "xl/styles.xml"]))


@maker
def bombs_of_text(chance):
    long = b"<t>" + b"x" * chance.choice([40_000, 30_000_000]) + b"</t>"
    return "xlsx", _with("xl/sharedStrings.xml", lambda xml: xml.replace(b"<t>Shop</t>", long, 1))


@maker
def zips_that_lie(chance):
    whole = bytearray(_book())
    place = whole.find(b"PK\x01\x02")
    for _ in range(chance.randint(0, 5)):
        place = whole.find(b"PK\x01\x02", place + 4)
    at = place + chance.choice([16, 20, 24, 28, 42])
    whole[at : at + 4] = struct.pack("<I", chance.choice([0, 1, 2**31, 2**32 - 1, chance.randrange(2**32)]))
    return "xlsx", bytes(whole)


@maker
def zips_of_other_things(chance):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        for n in range(chance.choice([0, 1, 5, 2_500])):
            parts.writestr(
                chance.choice(["word/document.xml", f"a/{n}.txt", "../../x", "xl/workbook.bin", "x.csv"]), "x"
            )
    return "xlsx", made.getvalue()


@maker
def macros(chance):
    made = io.BytesIO(_book())
    with zipfile.ZipFile(made, "a") as parts:
        parts.writestr("xl/vbaProject.bin", chance.randbytes(300))
    return "xlsm", made.getvalue()


@maker
def sheets(chance):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for n in range(chance.choice([1, 3, 80])):
            page = book.add_worksheet()
            page.write_row(0, 0, HEADINGS.split(",") if chance.random() < 0.8 else ["=1", "@x"])
            if n and chance.random() < 0.4:
                page.hide()
    return "xlsx", made.getvalue()


@maker
def nothing_much(chance):
    return "csv", chance.choice(
        [b"", b"\n", b"\r\n" * 5_000, b",", b'"', b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\r\n", b"sep=",
         HEADINGS.encode(), b"\0", b" ", b"a", b"\x1a", b"PK", b"PK\x03\x04"]
    )  # fmt: skip


@maker
def headings_alone_or_twice(chance):
    return "csv", (f"{HEADINGS},{HEADINGS}\r\n" * chance.randint(1, 40)).encode()


@maker
def many_rows(chance):
    return "csv", csv_of([cost(str(chance.choice(["1", "x", ""])))] * chance.choice([2_500, 100_001]))
