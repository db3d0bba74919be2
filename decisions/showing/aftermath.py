"""What belongs to a case and what came of it: files, superseding, looking back, as the page shows them."""

from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.questions import Question
from decisions import permissions
from decisions.lifecycle import State
from decisions.models import Decision, Proposal, Risk
from participants.standing import Standing

CONCLUDED = {
    "stands": "It stands as it is.",
    "change": "Something else is to be proposed.",
    "learn": "Something is to be tried first.",
}


@Question
def _risks(alliance: int, numbers: list[int]):
    named = Risk.objects.filter(alliance_id=alliance, number__in=numbers)
    return named.select_related("alliance", "current_version").order_by("number")


_reviewed = Question(lambda proposal: Decision.objects.with_review().filter(proposal_id=proposal))


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/aftermath.html` shows; a fixed number of queries."""
    named = {(one["title"], one["version"]) for one in proposal.current_wording.files}
    kept = proposal.attachments.select_related("document").defer("document__content") if named else ()
    risks = _risks(alliance=proposal.alliance_id, numbers=list(proposal.current_wording.risks))
    shown = {
        "aftermath_files": [one for one in kept if (one.title, one.version) in named],
        "aftermath_risks": risks,
        "aftermath_old": _superseded(proposal),
    }
    if proposal.state != State.AGREED:
        return shown
    decision = _reviewed.first(proposal=proposal.pk)
    decision.alliance = proposal.alliance
    instead = [one for one in proposal.decision.put_after if one.supersedes_id == decision.pk]
    sealed = (one.decision for one in instead if one.state == State.AGREED and not one.decision.refusing)
    successor = next(sealed, None)
    reviews = decision.reviews.select_related("intended", "next", "who_are_we").order_by("-pk")
    today = timezone.localdate()
    due = decision.review_due
    shown |= {
        "aftermath_new": successor,
        "aftermath_new_awaits": [] if successor is None else successor.awaiting,
        "aftermath_under_way": None
        if successor
        else next((one for one in instead if one.state == State.OPEN), None),
        "aftermath_reviews": [
            {"review": one, "concluded": CONCLUDED[one.conclusion]}
            for one in (reviews if decision.reviewed_last else ())
        ],
        "aftermath_due": due,
        "aftermath_is_due": successor is None and due is not None and due <= today,
        "aftermath_conflict_found": successor is None and decision.conflict_found,
        "aftermath_acts": _acts(decision, standing, successor, due),
    }
    return shown


def _superseded(proposal: Proposal) -> Decision | None:
    """The decision in whose place this one would come, or came."""
    if not proposal.supersedes_id:
        return None
    return Decision.objects.select_related("alliance", "wording").get(pk=proposal.supersedes_id)


def _acts(decision: Decision, standing: Standing, successor: Decision | None, due) -> list[dict]:
    """What may be done with a sealed decision, each with its reason while it is closed; nothing for mere readers."""
    if standing.only_reads:
        return []

    def act(label: str, name: str, reason: str, kind: str = "secondary") -> dict:
        url = reverse(f"decisions:{name}", args=[decision.alliance.slug, decision.number])
        return {"label": label, "url": url, "reason": reason, "kind": kind}

    looks = permissions.review_decision.reason(standing.person, decision=decision)
    puts = permissions.propose.reason(standing.person, alliance=decision.alliance)
    gone = f"Decision {successor.number} has taken its place." if successor else ""
    acts = [act("Write down what was learned", "review_decision", looks)]
    if not successor:
        acts.append(
            act(
                "Choose another day to look back" if due else "Choose a day to look back",
                "plan_review",
                looks,
            )
        )
    acts.append(act("Propose to supersede it", "supersede", puts or gone))
    return acts
