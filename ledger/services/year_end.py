"""The end of a year: what becomes of an underspend, the close, and the memorandum account as a paper (39, 42)."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from alliance.core import outbox, papers
from alliance.core.frozen import freeze, thaw
from alliance.core.models import Document
from alliance.core.money import pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from ledger import chart, permissions, posting
from ledger.memorandum import Memorandum
from ledger.models import (
    Budget,
    Journal,
    MemorandumPaper,
    Period,
    Underspend,
    YearEnd,
    YearShare,
)
from ledger.year_end import readiness
from participants.models import Participant, User
from participants.standing import standing


@transaction.atomic
def agree_underspend(*, budget: Budget, most: Decimal | None, decision: Decision, by) -> Underspend:
    """What a year leaves is carried forward up to `most` (None: all of it), and else returned. The seal's own act."""
    posting.hold_fund(budget.alliance_id)
    if there := Underspend.objects.filter(decision=decision).first():
        return there
    if YearEnd.objects.filter(budget=budget).exists():
        raise NotPossible(f"{budget.year.label} is closed: its underspend is settled (rule 39).")
    agreed = Underspend.objects.create(
        alliance_id=budget.alliance_id,
        budget=budget,
        version=Underspend.objects.filter(budget=budget).count() + 1,
        most=most if most is None else pounds(most),
        decision=decision,
        agreed_by=by,
    )
    record(
        "ledger.underspend_agreed",
        agreed,
        by=by,
        year=budget.year.slug,
        carried="all" if most is None else agreed.most,
        decision=decision.number,
    )
    return agreed


@transaction.atomic
def close_year(*, budget: Budget, by: User) -> YearEnd:
    """Close a year for good: freeze its memorandum account, share what is left or lacking, post what that means.

    Refused while a month is open, a year before it is, or nobody can meet an overspend. Closing it twice is closing
    it once. What is not carried forward is posted in the first open month after the year (rules 39, 42).
    """
    permissions.keep_the_pool.check(by, alliance=budget.alliance_id)
    budget = Budget.objects.select_related("alliance").get(pk=budget.pk)
    posting.hold_fund(budget.alliance_id)  # first: a month that is made is made in turn
    if there := YearEnd.objects.filter(budget=budget).first():
        return there
    month = _month_after(budget)
    ready = readiness(budget, closed_by=str(by))
    if ready.why_not:
        raise NotPossible(ready.why_not)
    account, body = ready.account, freeze(ready.account)
    parties = {
        one.slug: one for one in Participant.objects.filter(contributions__budget=budget).order_by("place")
    }
    shares = [one for one in account.shares if one.slug in parties]
    journal = _post_shares(budget, account, parties, month, by)
    ended = YearEnd.objects.create(
        alliance_id=budget.alliance_id,
        budget=budget,
        body=body,
        sha256=sha256(body).hexdigest(),
        net=account.net,
        carried_forward=account.carried_forward,
        underspend=Underspend.objects.filter(budget=budget).first(),
        journal=journal,
        closed_at=account.gathered_at,
        closed_by=by,
    )
    YearShare.objects.bulk_create(
        YearShare(
            alliance_id=budget.alliance_id,
            year_end=ended,
            participant=parties[one.slug],
            place=place,
            contribution=one.contribution,
            carried=one.carried,
            settled=one.settled,
        )
        for place, one in enumerate(shares, 1)
    )
    told = {"journal": journal.number, "digest": posting.digest_of(journal)} if journal else {}
    record(
        "ledger.year_closed",
        ended,
        by=by,
        year=budget.year.slug,
        memorandum=ended.sha256,
        available=account.available,
        spent=account.spent,
        transferred=account.transferred,
        net=ended.net,
        carried_forward=ended.carried_forward,
        shares=[
            {"participant": parties[one.slug], "carried": one.carried, "settled": one.settled}
            for one in shares
        ],
        **told,
    )
    ask_for_memorandum_paper(budget=budget, by=by)
    return ended


def _month_after(budget: Budget) -> Month:
    """Where the shares are posted: the first open month after the year, which is made if there is none."""
    after = budget.year.months[-1].next
    if found := posting.hold_first_open(budget.alliance_id, from_month=after):
        return found
    last = Period.objects.filter(alliance_id=budget.alliance_id).order_by("-month").first()
    month = max(after, last.value.next) if last else after
    posting.need_month(budget.alliance_id, month)
    return month


def _post_shares(
    budget: Budget, account: Memorandum, parties: dict[str, Participant], month: Month, by
) -> Journal | None:
    """What is returned is a contribution taken back and owed; what is asked for is one more contribution, and due."""
    settled = [one for one in account.shares if one.settled]
    if not settled:
        return None
    accounts = chart.accounts(budget.alliance_id)
    other = chart.OWED if account.settled > 0 else chart.DUE
    said = f"Year-end shares of {budget.year.label}"
    journal, _ = posting.post(
        alliance_id=budget.alliance_id,
        month=month,
        day=month.start,
        kind=Journal.Kind.YEAR_END,
        description=said,
        source="year end",
        key=budget.year.slug,
        lines=[
            posting.Line(accounts[code], parties[one.slug], one.settled * sign, description=said)
            for one in settled
            for code, sign in ((chart.CONTRIBUTIONS, 1), (other, -1))
        ],
        by=by,
    )
    return journal


# ── The account as a paper ───────────────────────────────────────────────────


@transaction.atomic
def ask_for_memorandum_paper(*, budget: Budget, by: User) -> MemorandumPaper:
    """Have the account drawn as a PDF: as the year was closed, or as it stands now. The same facts are drawn once."""
    permissions.take_along.check(by, alliance=budget.alliance)
    posting.hold_fund(budget.alliance_id)
    if ended := YearEnd.objects.filter(budget=budget).first():
        body = bytes(ended.body)
        there = MemorandumPaper.objects.filter(budget=budget, sha256=ended.sha256).first()
    else:
        account = readiness(budget).account
        body = freeze(account)
        newest = MemorandumPaper.objects.filter(budget=budget).first()
        drawn = newest and thaw(Memorandum, bytes(newest.body))
        there = newest if drawn and replace(drawn, gathered_at=account.gathered_at) == account else None
    if there:
        return there
    digest = sha256(body).hexdigest()
    paper = MemorandumPaper.objects.create(
        alliance_id=budget.alliance_id, budget=budget, body=body, sha256=digest, asked_by=by
    )
    outbox.enqueue(
        MemorandumPaper.ERRAND, key=str(paper.pk), alliance_id=paper.alliance_id, paper_id=paper.pk
    )
    record("ledger.memorandum_asked", paper, by=by, year=budget.year.slug, memorandum=digest)
    return paper


@transaction.atomic
def keep_memorandum_paper(*, paper: MemorandumPaper, pdf: bytes, by: User | None = None) -> MemorandumPaper:
    """Keep what the worker drew; `by` None is the worker. A paper that is there already stays."""
    paper = _locked(paper)
    if not papers.keep(paper, pdf, by):
        return paper
    record(
        "ledger.memorandum_drawn",
        paper,
        by=by,
        year=paper.budget.year.slug,
        memorandum=paper.sha256,
        pdf_sha256=paper.document.sha256,
        size=paper.document.size,
    )
    return paper


@transaction.atomic
def draw_memorandum_again(*, paper: MemorandumPaper, by: User) -> MemorandumPaper:
    """Take up a paper once more that was given up after several attempts."""
    paper = _locked(paper)
    permissions.take_along.check(by, alliance=paper.alliance)
    if papers.take_up_again(paper):
        record("ledger.memorandum_asked", paper, by=by, year=paper.budget.year.slug, memorandum=paper.sha256)
    return paper


@transaction.atomic
def download_memorandum(*, paper: MemorandumPaper, by: User) -> Document:
    """The kept bytes; the record tells each time who took them."""
    permissions.take_along.check(by, alliance=paper.alliance)
    if paper.document is None:
        raise NotPossible("The paper is not drawn yet.")
    held = standing(by, paper.alliance_id).appointments[0]
    record(
        "ledger.memorandum_downloaded",
        paper,
        by=by,
        year=paper.budget.year.slug,
        capacity=held.in_words,
        pdf_sha256=paper.document.sha256,
    )
    return paper.document


def _locked(paper: MemorandumPaper) -> MemorandumPaper:
    MemorandumPaper.objects.select_for_update().only("pk").get(pk=paper.pk)
    return MemorandumPaper.objects.select_related("alliance", "document", "budget__alliance").get(pk=paper.pk)
