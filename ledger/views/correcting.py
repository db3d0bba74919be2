"""One line put right: what it says, what it would say, and the posting (rule 27)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from ledger import permissions, possible, services, summaries
from ledger.forms.looked import Looked
from ledger.forms.postings import CorrectionForm
from ledger.models import Category, Entry
from ledger.views.shared import places
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def correction(request: HttpRequest, alliance: Alliance, number: int, line: int) -> HttpResponse:
    related = ("journal__alliance", "account", "participant__alliance", "budget_line")
    entry = get_object_or_404(
        Entry.objects.of(alliance).select_related(*related), journal__number=number, line=line
    )
    permissions.correct.check(request.user, participant=entry.participant)
    page = {
        "entry": entry,
        "journal": entry.journal,
        "back_url": entry.journal.get_absolute_url(),
        "places": places(request, alliance),
    }
    page["month"] = possible.first_open_month(alliance.pk, entry.journal.period)
    page["why_not"] = possible.not_correctable(entry) or (
        "" if page["month"] else "Every month from this journal’s on is closed. Open the next year first."
    )
    if page["why_not"]:
        return render(
            request, "ledger/correction.html", page, status=409 if request.method == "POST" else 200
        )
    page["form"] = form = CorrectionForm(request.POST or None, entry=entry)
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        then = given.pop("then")
        given["category"] = Category(given["category"])
        if then == Looked.POST:
            try:
                made = services.correct_line(entry=entry, by=request.user, **given)
            except NotPossible as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(
                    request, f"Line {line} of journal {number} is corrected by journal {made.journal.number}."
                )
                return redirect(request, made.journal.get_absolute_url())
        elif then != Looked.CHANGE:
            owed = summaries.owed(alliance.pk).get(entry.participant_id, 0)
            page |= {"given": given, "owed": owed, "owed_then": owed + given["amount"] - entry.amount}
            return render(request, "ledger/correction_look.html", page)
    return render(request, "ledger/correction.html", page, status=422 if form.errors else 200)
