"""Money that leaves the pool: what is owed and paid, and what all agreed to transfer (rule 32)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import permissions as deciding
from ledger import asking, permissions, services, summaries
from ledger.asking import knowing, with_decisions
from ledger.forms.looked import Looked
from ledger.forms.postings import PaymentForm, TransferPaymentForm
from ledger.models import Journal, Transfer
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance

SHOWN = 50  # payments and transfers; the journals show all


@require_safe
@in_alliance
def payments(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Owed now, paid before; transfers that were agreed and those that were paid."""
    everybody = asking.everybody(alliance)
    who = {one.pk: one for one in everybody}
    transfers = with_decisions(alliance, _transfers(alliance=alliance.pk))
    paid, owed = knowing(alliance, _payments(alliance=alliance.pk)), _owed(alliance, everybody)
    knowing(alliance, (one.journal for one in transfers if one.journal))
    for one in transfers:
        one.participant = who[one.participant_id]
    page = {
        "owed": owed,
        "all_owed": sum(owed.values()),
        "in_the_pool": summaries.in_the_pool(alliance.pk),
        "waiting": [one for one in transfers if one.state == Transfer.State.AGREED],
        "transferred": [one for one in transfers if one.state == Transfer.State.PAID][:SHOWN],
        "payments": paid,
        "why_not": permissions.keep_the_pool.reason(request.user, alliance=alliance),
        "can_propose": deciding.propose.allows(request.user, alliance=alliance),
        "places": places(request, alliance),
    }
    return render(request, "ledger/payments.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def pay(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Enter a payment for costs in the book: owed now, owed after, and then the posting."""
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    owed = _owed(alliance, asking.everybody(alliance))
    owed = {one: amount for one, amount in owed.items() if amount > 0}
    page = {
        "owed": owed,
        "back_url": reverse("ledger:payments", args=[alliance.slug]),
        "places": places(request, alliance),
    }
    if not owed:
        return render(request, "ledger/pay.html", page, status=409 if request.method == "POST" else 200)
    asked = next((one for one in owed if one.slug == request.GET.get("to")), None)
    chosen = asked or (next(iter(owed)) if len(owed) == 1 else None)
    page["form"] = form = PaymentForm(request.POST or None, owed=owed, chosen=chosen)
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        then = given.pop("then")
        if then == Looked.POST:
            try:
                made = services.pay_participant(by=request.user, **given)
            except NotPossible as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, f"{made.description} is in the book as journal {made.number}.")
                return redirect(request, "ledger:payments", alliance.slug)
        elif then != Looked.CHANGE:
            there = summaries.in_the_pool(alliance.pk)
            now = owed[given["participant"]]
            page |= {
                "given": given,
                "rows": [
                    (f"Owed to {given['participant'].short_name}", now, now - given["amount"]),
                    ("Money in the pool", there, there - given["amount"]),
                ],
            }
            return render(request, "ledger/pay_look.html", page)
    return render(request, "ledger/pay.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def pay_transfer(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Enter that a transfer left the pool, as its decision says."""
    found = get_object_or_404(
        Transfer.objects.of(alliance).select_related(
            "participant", "decision__alliance", "journal__alliance"
        ),
        number=number,
    )
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    page = {"transfer": found, "places": places(request, alliance)}
    if found.state == Transfer.State.PAID:
        return render(request, "ledger/pay_transfer.html", page)
    there = summaries.in_the_pool(alliance.pk)
    page |= {
        "form": TransferPaymentForm(request.POST or None, transfer=found),
        "rows": [("Money in the pool", there, there - found.amount)],
    }
    form = page["form"]
    if form.is_bound and form.is_valid():
        try:
            services.pay_transfer(transfer=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"{found} is paid.")
            return redirect(request, "ledger:payments", alliance.slug)
    return render(request, "ledger/pay_transfer.html", page, status=422 if form.errors else 200)


def _owed(alliance: Alliance, everybody: list[Participant]) -> dict[Participant, object]:
    """What the pool owes to each participant that ever had a cost in the book, in the alliance's order."""
    owed = summaries.owed(alliance.pk)
    return {one: owed[one.pk] for one in everybody if one.pk in owed}


@Question
def _transfers(alliance: int):
    return Transfer.objects.filter(alliance_id=alliance).select_related("journal").order_by("-number")


@Question
def _payments(alliance: int):
    paid = Journal.objects.filter(alliance_id=alliance, kind=Journal.Kind.PAYMENT)
    return paid.select_related("posted_by").order_by("-number")[:SHOWN]
