"""A report's pages, drawn from its frozen contents and from nothing else (rules 52 and 58)."""

from dataclasses import dataclass
from hashlib import sha256

from django.template.loader import render_to_string

from alliance.assurance.contents import Contents, MeasureKept, Money
from alliance.core.charts import Bar, Chart, Note, Series, bars_chart, columns_chart, xmr_chart
from alliance.core.pdf import Attachment, PdfError, describe, faults, render_pdf
from learning.xmr import analyse

DATA = "report.json"


@dataclass(frozen=True, slots=True)
class MeasureDrawn:
    measure: MeasureKept
    chart: Chart


def draw(contents: Contents) -> bytes:
    """The PDF, with the facts attached as `report.json`; the same contents give the same bytes.

    Takes seconds and no transaction. PdfUnavailable says the cure where the machine cannot make PDFs.
    """
    snapshot = contents.freeze()
    return render_pdf(
        html_of(contents),
        title=title_of(contents),
        created=contents.cover.cut_off,
        identifier=sha256(snapshot).hexdigest(),
        attachments=[Attachment(DATA, snapshot, "The facts of this report, as JSON")],
    )


def html_of(contents: Contents) -> str:
    """The document before it is set on pages."""
    page = {
        "contents": contents,
        "title": title_of(contents),
        "spend_by_line": contents.money and _spend_by_line(contents.money),
        "spend_by_month": contents.money and _spend_by_month(contents.money),
        "measures": [MeasureDrawn(measure, chart_of(measure)) for measure in contents.measures],
        "snapshot_sha256": sha256(contents.freeze()).hexdigest(),
        "data": DATA,
    }
    return render_to_string("assurance/pdf/report.html", page)


def title_of(contents: Contents) -> str:
    cover = contents.cover
    return f"{cover.alliance}: assurance report, {cover.label}, version {cover.version}"


def check(pdf: bytes, contents: Contents) -> None:
    """PdfError names everything that a reader with a screen reader, or an archive, would miss in this document."""
    if problems := list(faults(describe(pdf), title=title_of(contents), attachments=[DATA])):
        raise PdfError("The document is not fit to be sealed: " + "; ".join(problems) + ".")


def count_pages(pdf: bytes) -> int:
    return describe(pdf).pages


def chart_of(measure: MeasureKept) -> Chart:
    """The measure's XmR chart by rule 49, from the observations and settings that were frozen."""
    xmr = analyse(
        measure.values,
        baseline=measure.baseline,
        screening=measure.screening,
        direction=measure.direction,
        rebases=measure.rebases,
    )
    return xmr_chart(
        measure.name,
        xmr,
        measure.labels,
        axis="Month",
        measure=measure.unit,
        notes=[Note(remark.position, remark.text) for remark in measure.remarks],
    )


def _spend_by_line(money: Money) -> Chart | None:
    if not money.lines:
        return None
    return bars_chart(
        f"Spent in {money.year} so far, by budget line",
        [Bar(line.name, line.year, line.budget) for line in money.lines],
        heading="Budget line",
        marker="Budget for the year",
    )


def _spend_by_month(money: Money) -> Chart | None:
    if not money.months:
        return None
    return columns_chart(
        f"Spent in {money.year} so far, by month",
        [month.label for month in money.months],
        [Series("Spent in the month", [month.spent for month in money.months])],
    )
