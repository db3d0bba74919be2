"""Transfers that are agreed and not paid."""

from alliance.core.addresses import reverse
from alliance.core.money import format_pounds
from alliance.core.waiting import Source, Sources, Waiting
from ledger.models import Transfer
from participants.standing import Role, Standing


def _transfers_agreed(standing: Standing):
    """Money that all agreed to transfer: the host pays it, and whoever receives it waits."""
    agreed = Transfer.objects.of(standing.alliance).filter(state=Transfer.State.AGREED)
    if not standing.has(Role.POOL_MANAGER):
        agreed = agreed.filter(participant__in=standing.participant_ids)
    agreed = agreed.select_related("participant", "decision").order_by("number")
    return agreed if standing.participant_ids else None


def _transfers_to_pay(transfers: list[Transfer], standing: Standing) -> list[Waiting]:
    pays = standing.has(Role.POOL_MANAGER)
    slug = standing.alliance.slug
    return [
        Waiting(
            title=f"Pay {format_pounds(one.amount)} to {one.participant.short_name}"
            if pays
            else f"{format_pounds(one.amount)} to {one.participant.short_name} waits to be paid",
            url=reverse("ledger:pay_transfer", args=[slug, one.number])
            if pays
            else reverse("ledger:payments", args=[slug]),
            why=f"All agreed to this transfer in decision {one.decision.number}.",
            who="me" if pays else "others",
        )
        for one in transfers
    ]


waiting = Sources([Source(_transfers_agreed, _transfers_to_pay)])
