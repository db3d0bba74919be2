"""Our compiler says what Django's own says, to the letter (alliance/core/postgresql/compiler.py)."""

import re

import pytest
from django.db import connection
from django.db.backends.postgresql import compiler as djangos
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from alliance.core.models import Event
from alliance.core.postgresql import compiler as ours
from decisions.models import Decision, Position, Proposal, Risk
from learning.models import Action, Review
from ledger.models import Journal, ReturnLine
from participants.models import Participant, RoleAppointment

ACTIONS = Action.objects.filter(review=OuterRef("pk"))
QUESTIONS = {
    "a plain one, in the order of the model": Participant.objects.all(),
    "with what it is joined to": RoleAppointment.objects.select_related("alliance", "participant", "person"),
    "joined twice to the same table": Position.objects.select_related("participant", "proposal__participant"),
    "joined backwards": Proposal.objects.select_related("decision", "deadlock__participant"),
    "of some columns": Action.objects.only("number", "what", "alliance").select_related("alliance"),
    "without some": Event.objects.defer("body", "hash"),
    "of values": ReturnLine.objects.values_list("cost_return__number", "row").order_by("row"),
    "in the order of what is counted": Review.objects.annotate(n=Count("actions")).order_by("-n", "number"),
    "in the order of what there is": Review.objects.annotate(has=Exists(ACTIONS)).order_by("-has"),
    "in the order of an expression": Participant.objects.order_by(Lower("name"), F("place").desc()),
    "in the order of an expression that is selected": Participant.objects.annotate(
        low=Lower("name")
    ).order_by(Lower("name")),
    "by a name, nothing last": Decision.objects.order_by(F("decided_on").asc(nulls_last=True), "-number"),
    "the last first": Journal.objects.order_by("month", "number").reverse()[5:15],
    "each once": Risk.objects.filter(Q(alliance__slug="a") | Q(raised_by__name="b")).distinct(),
    "two in one": Participant.objects.values("name").union(Action.objects.values("what")).order_by("name"),
    "counted": Proposal.objects.open(),
    "with every question in it": Proposal.objects.with_what_there_is().order_by("answer_by", "number"),
    "to look back on": Decision.objects.to_review(),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_put_in_the_words_that_django_would_use(name, monkeypatch):
    asked = QUESTIONS[name]
    assert connection.ops.compiler("SQLCompiler") is ours.SQLCompiler

    def said():
        query = asked.query.clone()
        compiler = query.get_compiler("default")
        words = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        converted = {place: found for place, (found, _) in compiler.get_converters(columns).items()}
        return words, re.sub(r" at 0x\w+", "", f"{compiler.klass_info} {converted}")

    in_our_words = said()
    monkeypatch.setattr(connection.ops, "_cache", djangos)
    assert said() == in_our_words
