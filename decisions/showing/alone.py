"""What a proposal carries out, and by what right one person decides it, as its page shows it."""

from collections import Counter, defaultdict
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.charts import Chart, Series, columns_chart
from alliance.core.periods import Quarter
from decisions import effects
from decisions.lifecycle import State
from decisions.models import Decision, Proposal
from decisions.voices import heard_for
from participants.models import Alliance
from participants.standing import Standing

HEARD = ("exclusion", "suspension")
QUARTERS = 8  # that the reserve rate is told of


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/alone.html` shows; a fixed number of queries."""
    wording, agreed = proposal.current_wording, proposal.state == State.AGREED
    effect = wording.effect if wording else {}
    shown = {
        "alone_carries": effects.sentences(proposal.alliance, effect) if effect else [],
        "alone_now_and_then": effects.now_and_then(proposal.alliance, effect)
        if effect and proposal.state_now == State.OPEN
        else [],
        "alone_carried": agreed and not (proposal.decision.awaiting or proposal.decision.refusing),
        "alone_right": _right(proposal) if proposal.is_decided_alone else None,
        "alone_follows": proposal.follows if proposal.follows_id else None,
        "alone_follows_as": proposal.get_follows_as_display(),
        "alone_consequences": _consequences(proposal, standing) if agreed else [],
        "alone_gone": _gone(proposal),
        "alone_statements": [],
    }
    if effect.get("kind") in HEARD:
        said = proposal.statements.filter(occasion="exclusion").select_related("words", "participant")
        shown["alone_statements"] = list(said.order_by("pk"))
        if effect["participant"] in heard_for(standing) and proposal.state_now == State.OPEN:
            shown["alone_be_heard_url"] = reverse(
                "decisions:be_heard", args=[proposal.alliance.slug, proposal.number]
            )
    if (
        effect.get("kind") == "exit"
        and shown["alone_carried"]
        and effect["participant"] in standing.participant_ids
    ):
        shown["alone_archive"] = True
    return shown


def _right(proposal: Proposal) -> dict:
    delegation, matter = proposal.delegation, proposal.matter
    return {
        "delegation": delegation,
        "matter": matter,
        "granted_by": delegation.granted_by if delegation else matter.listed_with,
        "legal_basis": proposal.case.legal_basis,
        "consulted": proposal.case.consulted,
    }


def _consequences(proposal: Proposal, standing: Standing) -> list[dict]:
    """Key decisions about the money that this one moves, and questions that a refusal opened again (rules 13, 14)."""
    return [
        {
            "proposal": one,
            "as": one.follows_as,
            "is_draft": one.state == State.DRAFT,
            "url": one.get_absolute_url()
            if one.state != State.DRAFT or standing.speaks_for(one.participant_id)
            else "",
            "agreed": one.state == State.AGREED,
            "state": State(one.state_now).label.lower(),
        }
        for one in proposal.decision.put_after
        if one.follows_id == proposal.decision.pk
    ]


def _gone(proposal: Proposal) -> list[str]:
    """By the clock, who is on the roll but no longer in the alliance, before that is noted (rule 25)."""
    return [entry.participant.short_name for entry in proposal.gone]


# ── Who decides what ─────────────────────────────────────────────────────────────────────────────────────────


def reserve_rate(alliance: Alliance) -> list[dict]:
    """[{"quarter", "label", "reserved", "of", "rate"}], oldest first: the last eight, or as many as there were.

    "rate", a whole per cent or None, is the share of decisions that the agreement reserves to one (rule 13).
    """
    last = Quarter.containing(timezone.localdate(), alliance.year_starts_in)
    first = min(last, Quarter.containing(alliance.starts_on, alliance.year_starts_in))
    asked = [one for one in (last.shifted(-back) for back in range(QUARTERS - 1, -1, -1)) if first <= one]
    months = (
        Decision.objects.filter(alliance=alliance)
        .decided_between(asked[0].start, asked[-1].end)
        .values("decided_on__year", "decided_on__month")
        .annotate(of=Count("pk"), reserved=Count("pk", filter=Q(kind=Proposal.Kind.RESERVED)))
        .order_by()
    )
    counted = defaultdict(Counter)
    for one in months:
        day = date(one["decided_on__year"], one["decided_on__month"], 1)
        quarter = Quarter.containing(day, alliance.year_starts_in)
        counted[quarter] += Counter(of=one["of"], reserved=one["reserved"])
    return [
        {
            "quarter": quarter,
            "label": f"{quarter.start:%b} to {quarter.end:%b %Y}",
            "reserved": found["reserved"],
            "of": found["of"],
            "rate": (200 * found["reserved"] + found["of"]) // (2 * found["of"]) if found["of"] else None,
        }
        for quarter in asked
        for found in [counted[quarter]]
    ]


def reserve_chart(rows: list[dict]) -> Chart | None:
    """The decisions of each quarter: those of all or within a delegation, and on top those that were reserved."""
    if not any(one["of"] for one in rows):
        return None
    return columns_chart(
        "Decisions in each quarter, and how many of them were reserved",
        [f"{one['quarter'].start:%b %Y}" for one in rows],
        [
            Series("Taken together, or within a delegation", [one["of"] - one["reserved"] for one in rows]),
            Series("Reserved", [one["reserved"] for one in rows]),
        ],
        unit="",
        axis="Quarter from",
    )
