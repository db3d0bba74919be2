"""The memorandum account as a paper: a PDF from frozen facts, and from nothing else (rules 42, 58)."""

from django.template.loader import render_to_string

from alliance.core.charts import Bar, Chart, bars_chart
from alliance.core.frozen import thaw
from alliance.core.papers import Sheet
from alliance.core.pdf import Attachment
from ledger.memorandum import Memorandum
from ledger.models import MemorandumPaper

DATA = "memorandum.json"


def of_memorandum(paper: MemorandumPaper) -> Sheet:
    """Read everything that the paper says. In the alliance's context."""
    body = bytes(paper.body)
    account = thaw(Memorandum, body)
    title = f"{account.alliance}: memorandum account {account.label}{'' if account.is_closed else ', so far'}"
    page = {
        "title": title,
        "account": account,
        "chart": chart_of(account),
        "data": DATA,
        "sha256": paper.sha256,
    }
    return Sheet(
        html=render_to_string("ledger/pdf/memorandum.html", page),
        title=title,
        created=account.gathered_at,
        attachments=(Attachment(DATA, body, "The facts of this account, as JSON"),),
    )


def chart_of(account: Memorandum) -> Chart | None:
    """What was spent by budget line, each with its budget; on the page and on the paper."""
    bars = [Bar(one.name, one.spent, one.budget) for one in account.spending if one.spent or one.budget]
    return bars_chart(f"Spent by budget line, {account.label}", bars, heading="Budget line") if bars else None
