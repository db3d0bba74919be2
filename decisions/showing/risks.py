"""Risks and opportunities, as their pages show them."""

from collections.abc import Iterable

from decisions.lifecycle import AcceptanceState
from decisions.models import Proposal, Risk, RiskVersion
from decisions.models.risk import Acceptance
from decisions.risk_links import Link, links_of
from decisions.tally import joined

HEADINGS = {
    "title": "What could happen",
    "causes": "What could cause it",
    "effects": "What it would mean for people",
    "controls": "What is done about it",
    "gaps": "What is missing",
}
LOOKS = {
    AcceptanceState.ACCEPTED: ("agree", "petrol"),
    AcceptanceState.NEEDED: ("waiting", "outline"),
    AcceptanceState.CHANGED: ("waiting", "outline"),
    AcceptanceState.EXPIRED: ("waiting", "outline"),
}


def rows(risks: Iterable[Risk], active: list) -> list[dict]:
    shown = []
    for one in risks:
        waiting = [who.participant.short_name for who in one.acceptances_of(active) if not who.holds]
        if one.state == Risk.State.CLOSED:
            words = "Closed."
        elif not waiting:
            words = f"Accepted by all {len(active)}."
        elif len(waiting) == len(active):
            words = "Nobody has accepted it as it stands."
        else:
            words = (
                f"Accepted by {len(active) - len(waiting)} of {len(active)}. Not by {joined(waiting)} yet."
            )
        shown.append({"risk": one, "version": one.current_version, "words": words})
    return shown


def acceptances(accepted: list[Acceptance]) -> list[dict]:
    """For components/position.html: where each participant stands with it."""
    shown = []
    for one in accepted:
        icon, tone = LOOKS[one.state]
        chip = {"who": one.participant.name, "word": one.state.label, "icon": icon, "tone": tone}
        if one.holds:
            chip["note"] = f"until {one.last.until_on:%-d %B %Y}"
        elif one.last:
            chip["note"] = f"accepted version {one.last.version.version} until {one.last.until_on:%-d %B %Y}"
        if one.last and one.holds:
            chip |= {"by": one.last.spoken_by, "at": one.last.taken_at, "words": one.last.words}
        shown.append(chip)
    return shown


def differences(old: RiskVersion, new: RiskVersion) -> list[dict]:
    """Each part that changed, with both texts, for decisions/parts/differences.html."""
    changed = [
        {"heading": heading, "old": getattr(old, name), "new": getattr(new, name)}
        for name, heading in HEADINGS.items()
        if getattr(old, name) != getattr(new, name)
    ]
    for heading, was, now in (
        ("Money at stake", _money(old.amount), _money(new.amount)),
        ("Steward", old.steward.name, new.steward.name),
        ("Score", _score(old), _score(new)),
    ):
        if was != now:
            changed.append({"heading": heading, "old": was, "new": now})
    return changed


def links(risk: Risk) -> list[Link]:
    """The proposals and decisions whose wording touches it, then what rooms above link with it."""
    touching = (
        Proposal.objects.put()
        .filter(alliance_id=risk.alliance_id, current_wording__risks__contains=[risk.number])
        .select_related("alliance", "current_wording", "decision")
        .order_by("-number")
    )
    found = []
    for one in touching[:50]:
        decision = getattr(one, "decision", None)
        what = f"Decision {decision.number}" if decision else f"Proposal {one.number}"
        found.append(Link(what, one.title, (decision or one).get_absolute_url()))
    return found + links_of(risk)


def _money(amount) -> str:
    return f"£{amount:,.2f}" if amount is not None else "none said"


def _score(version: RiskVersion) -> str:
    if version.likelihood is None:
        return "none"
    return f"likelihood {version.likelihood} of 5, impact {version.impact} of 5"
