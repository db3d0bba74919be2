"""Spreadsheets as people make them, what is read of them, and why one is refused."""

import io
import zipfile

import pytest
import xlsxwriter

from alliance.core.spreadsheets import (
    SpreadsheetError,
    read_table,
)


def rows(content, **options):
    return [(row.number, *row.cells) for row in read_table(content, "return.csv", **options)]


def refusal(content, filename="return", **options):
    with pytest.raises(SpreadsheetError) as error:
        list(read_table(content, filename, **options))
    return str(error.value)


def xlsx(write, **options):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        write(book, book.add_worksheet("Return"))
    return made.getvalue()


def changed(workbook, part, change):
    """The same archive with one part rewritten."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


def ods(cells):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        parts.writestr(
            "content.xml",
            '<?xml version="1.0"?><office:document-content'
            ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="Return">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return made.getvalue()


def cell(text, **repeat):
    more = "".join(f' table:{name.replace("_", "-")}="{n}"' for name, n in repeat.items())
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


WORKBOOK = xlsx(lambda book, sheet: [sheet.write_row(i, 0, ["Outreach", i * 1.1]) for i in range(20)])
