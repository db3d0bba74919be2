"""The memorandum account as a workbook: a sheet for each of its parts, with last year's figures beside this year's."""

from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger.gain_and_pain import GainAndPain
from ledger.memorandum import Memorandum


def workbook(account: Memorandum) -> bytes:
    """The same facts are the same bytes."""
    title = (
        f"{account.alliance}: memorandum account {account.label}{'' if account.is_closed else ', so far'}. "
        f"It is not the alliance's accounts: the ledger of {account.host} stays statutory."
    )
    sheets = [
        Sheet("Net position", (_text("What", 44), *_years(account)), _position(account), title=title),
        Sheet(
            "Funding",
            (
                _text("From", 34),
                *_money("Agreed first", "Varied", "Agreed", "Received", "Still due"),
                *_last(account),
            ),
            _funding(account),
            title=title,
        ),
        Sheet(
            "Spending",
            (_text("Budget line", 34), *_money("Budget", "Spent", "Left"), *_last(account)),
            (
                (one.name, one.budget, one.spent, one.left, *_was(account, one.last))
                for one in account.spending
            ),
            title=title,
        ),
        Sheet(
            "Transfers out",
            (
                _text("To", 34),
                _text("What for", 44),
                Column("Paid on", "date"),
                *_money("Amount"),
                _number("Decision"),
            ),
            ((one.to, one.purpose, one.on, one.amount, one.decision) for one in account.transfers),
            title=title,
        ),
        Sheet(
            "Shares",
            (
                _text("Participant", 34),
                *_money("Contribution", "Share", "Carried forward", "Returned, or to pay (−)"),
                *_last(account),
            ),
            (
                (one.name, one.contribution, one.amount, one.carried, one.settled, *_was(account, one.last))
                for one in account.shares
            ),
            title=title,
        ),
    ]
    if account.shared:
        columns = (_text("Step", 34), _text("What is done", 70), *_money("Before", "After"))
        sheets.append(Sheet("Gain and pain", columns, _shared(account.shared), title=title))
    return write_xlsx(sheets, created=account.gathered_at, empty_rows=0)


def _position(account: Memorandum):
    last = account.last
    for words, name in (
        ("Contributions", "contributed"),
        ("Brought forward", "brought_forward"),
        ("Spent", "spent"),
        ("Transferred out of the pool", "transferred"),
        ("Net position", "net"),
        ("Carried forward", "carried_forward"),
        ("Returned to participants, or asked of them (−)", "settled"),
    ):
        yield (words, getattr(account, name), *([getattr(last, name)] if last else []))


def _funding(account: Memorandum):
    for one in account.funding:
        yield (one.name, one.began, one.varied, one.agreed, one.received, one.due, *_was(account, one.last))
    forward = account.brought_forward
    yield (
        *("Brought forward", account.planned_forward, account.difference, forward, forward, None),
        *_was(account, account.last and account.last.brought_forward),
    )


def _shared(shared: GainAndPain):
    for step in shared.steps:
        yield step.name, step.words, step.before, step.after
    for part in shared.parts:
        yield part.name, "Receives, or pays (−)", None, part.amount


def _years(account: Memorandum):
    return _money(account.label, *([account.last.label] if account.last else []))


def _last(account: Memorandum):
    return _money(account.last.label) if account.last else ()


def _was(account: Memorandum, figure) -> tuple:
    return (figure,) if account.last else ()


def _text(heading: str, width: int) -> Column:
    return Column(heading, width=width)


def _number(heading: str) -> Column:
    return Column(heading, "number")


def _money(*headings: str) -> tuple[Column, ...]:
    return tuple(Column(heading, "money") for heading in headings)
