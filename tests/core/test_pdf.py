"""A report's PDF is tagged, titled, archivable, made without a network, and the same every time."""

import builtins
import io
import re
from datetime import UTC, datetime
from decimal import Decimal as D

import pikepdf
import pytest

from alliance.core.charts import Bar, bars_chart
from alliance.core.pdf import Attachment, PdfError, PdfUnavailable, describe, render_pdf

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TABLE = """<table><thead><tr><th>Line</th><th>Spent</th></tr></thead>
<tbody><tr><th>Outreach</th><td>£12.00</td></tr></tbody></table>"""


def page(body, head=""):
    return f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def report(body="<h1>Assurance report</h1><p>Words.</p>", head="", **changes):
    arguments = {
        "title": "Assurance report, quarter 2",
        "created": MOMENT,
        "identifier": "report 7 version 1",
        "assets": [],
    }
    return render_pdf(page(body, head), **(arguments | changes))


@pytest.fixture(scope="module")
def whole():
    chart = bars_chart("Spend", [Bar("Outreach", D("12.00"), D("20.00"))])
    body = f"<h1>Assurance</h1><p>One.</p><h2>Money</h2><figure>{chart.svg}</figure>{TABLE}"
    body += "<h2>Decisions</h2><p>Two.</p>"
    return report(
        body, attachments=[Attachment("money.csv", b"line,spent\r\noutreach,12.00\r\n", "The figures")]
    )


def test_it_says_what_it_is(whole):
    found = describe(whole)
    assert (found.title, found.lang, found.pages) == ("Assurance report, quarter 2", "en-GB", 1)
    assert (found.tagged, found.display_title, found.output_intent) == (True, True, True)
    assert (found.pdfa, found.pdfua) == ("3A", "1")
    assert found.outline == ("Assurance", "Money", "Decisions")


def test_it_can_be_read_aloud(whole):
    found = describe(whole)
    assert found.figures == ("Spend. Spent, Outreach: £12.00, budget £20.00.",)
    assert found.header_scopes == ("Column", "Column", "Row")
    assert [tag for tag in found.tags if tag in {"H1", "H2", "Figure", "Table"}] == [
        "H1",
        "H2",
        "Figure",
        "Table",
        "H2",
    ]


def test_its_data_are_inside(whole):
    with pikepdf.open(io.BytesIO(whole)) as document:
        attached = document.attachments["money.csv"]
        assert attached.get_file().read_bytes() == b"line,spent\r\noutreach,12.00\r\n"
        assert [str(file.AFRelationship) for file in document.Root.AF] == ["/Data"]


def test_the_prefix_of_pdf_ua_is_described_as_pdf_a_asks(whole):
    with pikepdf.open(io.BytesIO(whole)) as document:
        packet = document.Root.Metadata.read_bytes().decode()
    assert re.findall(r"<pdfaSchema:prefix>(\w+)<", packet) == ["pdfuaid"]


def test_the_same_report_is_the_same_bytes(whole):
    chart = bars_chart("Spend", [Bar("Outreach", D("12.00"), D("20.00"))])
    body = f"<h1>A</h1><figure>{chart.svg}</figure>{TABLE}"
    files = [Attachment("a.csv", b"1"), Attachment("b.csv", b"2")]
    assert report(body, attachments=files) == report(body, attachments=files)
    assert report(body) != report(body, created=MOMENT.replace(year=2027))
    assert report(body) != report(body, identifier="report 7 version 2")


def test_a_moment_is_the_same_whichever_zone_tells_it():
    from zoneinfo import ZoneInfo

    summer = datetime(2026, 7, 1, 12, 0, tzinfo=ZoneInfo("Europe/London"))
    assert report(created=summer) == report(created=summer.astimezone(UTC))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(PdfError, match="time zone"):
        report(created=datetime(2026, 7, 1))  # noqa: DTZ001


def test_our_own_style_sheet_is_used(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build/report.css").write_text("p { break-before: page }")
    link = '<link rel="stylesheet" href="/static/build/report.css">'
    assert describe(report(head=link, assets=[tmp_path])).pages == 2
    assert describe(report(assets=[tmp_path])).pages == 1


@pytest.mark.parametrize(
    "asked",
    [
        "https://elsewhere.example/picture.png",
        "http://127.0.0.1:1/picture.png",
        "//elsewhere.example/picture.png",
        "file:///etc/hostname",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/link.txt",
        "/static/missing.png",
    ],
)
def test_anything_but_our_own_assets_is_refused_by_name(asked, tmp_path):
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (assets / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(PdfError, match="not among our own assets") as error:
        report(f'<p>Words</p><img src="{asked}" alt="A picture">', assets=[assets])
    assert asked.rpartition("/")[2] in str(error.value)


def test_the_html_itself_attaches_nothing():
    assert describe(report(head='<link rel="attachment" href="file:///etc/hostname">')).attachments == ()


def test_a_drawing_that_cannot_be_read_aloud_is_refused():
    with pytest.raises(PdfError, match="read aloud"):
        report('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>')


def test_without_pango_it_says_the_cure(monkeypatch):
    bring = builtins.__import__

    def without_pango(name, *rest):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return bring(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PdfUnavailable, match="apt-get install libpango"):
        report()
