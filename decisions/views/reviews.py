"""Looking back at a decision: what was learned, and when to look again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.reviews import PlanForm, ReviewForm
from decisions.views.finding import find_decision, status_of, tells
from participants.models import Alliance
from participants.web import in_alliance


@tells
@in_alliance
def review_decision(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    decision = find_decision(alliance, number)
    permissions.review_decision.check(request.user, decision=decision)
    form = ReviewForm(
        request.POST or None, not_before=decision.decided_on, initial={"held_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.review_decision(decision=decision, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "What was learned is in the record.")
            return redirect(request, decision)
    page = {"form": form, "decision": decision, "earlier": decision.reviews.count()}
    return render(request, "decisions/reviews/review.html", page, status=status_of(form))


@tells
@in_alliance
def plan_review(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    decision = find_decision(alliance, number)
    permissions.review_decision.check(request.user, decision=decision)
    due = decision.review_due_on
    form = PlanForm(request.POST or None, initial={"review_on": due})
    if request.method == "POST" and form.is_valid():
        services.plan_review(decision=decision, by=request.user, **form.cleaned_data)
        messages.success(request, "The day to look back is in the record.")
        return redirect(request, decision)
    page = {"form": form, "decision": decision, "due": due}
    return render(request, "decisions/reviews/plan.html", page, status=status_of(form))
