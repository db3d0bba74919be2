"""A decision that all take in one meeting: put, and agreed to by everybody who is asked, one after the other."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from alliance.core.periods import FinancialYear
from decisions import services
from decisions.case import Bearing, Case
from participants.models import Alliance, Participant, Principle, User


def decide_together(alliance: Alliance, case: Case, voices: Mapping[Participant, User]) -> None:
    """Put by the first of them."""
    proposer, by = next(iter(voices.items()))
    proposal = services.propose(alliance=alliance, participant=proposer, case=case, by=by)
    shown = proposal.current_wording.hash
    for participant, person in voices.items():
        services.take_position(
            proposal=proposal, participant=participant, stance="agree", shown=shown, by=person
        )


def case_of(alliance: Alliance, title: str, text: str, why: str, effect: dict) -> Case:
    """A case that was talked through before it was written down."""
    return Case(
        title=title,
        text=text,
        why=why,
        alternatives="Leaving it as it is: it was talked through, and nobody was for it.",
        affected="Whoever works with what the money is for, and nobody else.",
        heard="Second Tide's members' meeting read it and asked two questions, which the text answers now.",
        effect=effect,
        tests={
            one.pk: Bearing("supports", "It was read against it, and nothing in it speaks against it.")
            for one in Principle.objects.current().filter(alliance=alliance)
        },
    )


def case_of_a_year(
    alliance: Alliance,
    year: FinancialYear,
    *,
    contributions: Mapping[Participant, Decimal],
    lines: Iterable[tuple[str, Decimal]],
    contingency: Decimal,
    brought_forward: Decimal,
) -> Case:
    """The budget of a year as all agree to it (rule 30)."""
    lines = list(lines)
    return Case(
        title=f"Shall this be our budget for {year.label}?",
        text=f"The open book's year {year.label} opens with the contributions and budget lines below.",
        why="Last year's lines were kept where they were used, and made smaller where they were not.",
        alternatives="Last year's budget once more: it would not have told what we learned.",
        affected="Everybody who is supported by what a line pays for, and everybody who works in it.",
        heard="At the open meeting in the library in February; notes of it hang in the hostel.",
        effect=terms_of_a_year(
            year,
            contributions=contributions,
            lines=lines,
            contingency=contingency,
            brought_forward=brought_forward,
        ),
        tests={
            one.pk: Bearing("supports", "Each line was read against it.")
            for one in Principle.objects.current().filter(alliance=alliance)
        },
    )


def terms_of_a_year(
    year: FinancialYear,
    *,
    contributions: Mapping[Participant, Decimal],
    lines: Iterable[tuple[str, Decimal]],
    contingency: Decimal,
    brought_forward: Decimal,
) -> dict:
    """What the seal opens (ledger.effects.Year)."""
    lines = list(lines)
    return {
        "kind": "year",
        "year": year.label,
        "starts_on": year.start.isoformat(),
        "participants": [one.pk for one in contributions],
        "participant_names": [one.name for one in contributions],
        "contributions": [format(amount, ".2f") for amount in contributions.values()],
        "lines": [name for name, _ in lines],
        "amounts": [format(amount, ".2f") for _, amount in lines],
        "contingency": format(contingency, ".2f"),
        "brought_forward": format(brought_forward, ".2f"),
    }
