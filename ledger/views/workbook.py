"""The workbook to fill in, for whoever has no spreadsheet of their own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alliance.core.downloads import download_file
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger.asking import open_months
from ledger.models import Budget, Category
from ledger.views.shared import whose_returns
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def template(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """A workbook to fill in: this year's budget lines and the categories to choose from, the participant and month."""
    months = open_months(alliance)
    asked = next((one for one in months if one.slug == request.GET.get("month")), None)
    ours = whose_returns(request, alliance)
    whose = next(
        (one for one in ours if one.slug == request.GET.get("participant")), ours[0] if ours else None
    )
    budget = Budget.objects.of(alliance).containing((asked or months[0]).start).first() if months else None
    if budget is None:
        raise Http404("There is no book yet.")
    of = " of ".join(["Costs", *([whose.name] if whose else [])])
    title = ", ".join([of, asked.label if asked else budget.year.label])
    columns = [
        Column("Date", "date", 12, hint="The day of the cost, like 22/11/2026."),
        Column("Supplier", width=28, hint="Who was paid. Never the name of a person who uses services."),
        Column(
            "Description",
            width=36,
            hint="What for. Pay is by grade and full-time equivalents, never by name.",
        ),
        Column("Amount (net)", "money", 14, hint="Without VAT that you can recover. A credit is negative."),
        Column("Category", width=20, choices=Category.labels),
        Column("Budget line", width=26, choices=[line.name for line in budget.lines.all()]),
        Column("Reference", width=16, hint="The invoice's number, or your ledger's."),
        Column("Evidence", width=24, hint="What shows it and where it is kept."),
        Column("Grade", width=14, hint="Of direct staff: the grade or band, never a name."),
        Column("Full-time equivalents", width=14, hint="Of direct staff, like 2.50: each person once."),
    ]
    help_page = Sheet(
        "Help",
        [Column("Step", width=6), Column("What to do", width=100)],
        _help(alliance),
        "How to fill it in",
    )
    name = "-".join(["costs", *([whose.slug] if whose else []), asked.slug if asked else budget.year.slug])
    return download_file(
        write_xlsx([Sheet("Costs", columns, title=title), help_page]),
        name=f"{name}.xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _help(alliance: Alliance) -> list[tuple[str, str]]:
    steps = [
        f"Each row of the sheet “Costs” is one cost that {alliance.name} shares. Leave no row half empty.",
        "Date: the day of the cost, like 22/11/2026. It may be earlier than the month, but not of another year.",
        "Supplier or description: who was paid, or what for. One of the two is enough. No names of people.",
        "Amount (net): what it cost you. VAT that you can recover is no cost. A credit has a minus.",
        "Category and budget line: choose from the lists; they are those of the agreed budget.",
        "Reference and evidence: what shows the cost, so that everybody can find it. They may stay empty.",
        "Grade and full-time equivalents: of direct staff. The book has pay by grade, merged where fewer than three.",
        "Each person’s full-time equivalents stand once, not beside their pension too. Without any, pay is one sum.",
        "Totals and subtotals may stay: they are recognised and left out.",
        "Save the workbook and send it. You see all that is wrong at once; nothing is posted before you confirm.",
        "If nothing was spent, you need no workbook: state it in the page.",
    ]
    steps += [f"{category.label}: {category.means}" for category in Category]
    return [(str(place), step) for place, step in enumerate(steps, 1)]
