"""The story of what was decided, from questions.py."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.utils import timezone

from alliance.core.periods import FinancialYear
from alliance.core.questions import Question
from alliance.core.workdays import add_working_days
from alliance.demo.cast import ORGANISATIONS
from alliance.demo.story import questions as q
from alliance.demo.story.bookkeeping import budget_of
from alliance.demo.story.world import World
from alliance.demo.together import terms_of_a_year
from decisions import services
from decisions.case import Bearing, Case
from decisions.lifecycle import State
from decisions.models import Position, Proposal
from participants.models import Principle

_now = Question(
    lambda pk: Proposal.objects.select_related("alliance", "participant", "current_wording").filter(pk=pk)
)


def plan(world: World) -> None:
    for question in q.QUESTIONS:
        if question.from_start:
            opens = add_working_days(world.start, question.from_start)
        elif question.working:
            opens = add_working_days(world.agenda.today, -question.working)
        else:
            opens = world.agenda.ago(question.opened)
        plan_question(world, question, opens)
    for year in world.years[1:]:
        opens = add_working_days(year.start, -25)
        if opens > add_working_days(world.start, 5):
            said = {
                name: getattr(q.NEXT_BUDGET, name).format(year=year.label)
                for name in ("key", "title", "text")
            }
            effect = partial(_terms_of, year=year)
            plan_question(world, replace(q.NEXT_BUDGET, effect=effect, **said), opens)


def _terms_of(world: World, *, year: FinancialYear) -> dict:
    return terms_of_a_year(year, **budget_of(world, year))


def plan_question(world: World, question: q.Question, opens) -> None:
    Telling(world, question, opens).plan()


class Telling:
    """One question, from its draft to wherever it stands today."""

    def __init__(self, world: World, question: q.Question, opens):
        self.world, self.question, self.opens = world, question, opens
        self.chance = world.chance("decisions", question.key)
        self.proposal: Proposal | None = None

    def plan(self) -> None:
        question = self.question
        self._on(0, self.propose, 11)
        if question.stays == "discarded":
            self._on(3, self.discard)
        if question.stays:
            return
        # Whoever objects or abstains first does not agree before.
        spoken = {
            one.org: one.after + 2 for one in question.happens if isinstance(one, q.Objects | q.Abstains)
        }
        wordings = [0] + [one.after for one in question.happens if isinstance(one, q.Rewords | q.TakesOver)]
        for asked in wordings:
            for key in (one.key for one in ORGANISATIONS):
                if key == question.org:
                    after, hour = asked, 12
                else:
                    after = asked + self.chance.randint(1, question.quick)
                    after, hour = question.late.get(key, after), self.chance.randint(10, 16)
                self._on(
                    max(after, spoken.get(key, 0)),
                    partial(self.answer, key),
                    hour,
                    self.chance.randint(0, 59),
                )
        for one in question.happens:
            if isinstance(one, q.TakesOver):
                self._on(one.after - 1, partial(self.offers, one), 14, 5)
            self._on(one.after, partial(getattr(self, type(one).__name__.lower()), one), 9, 15)

    def _on(self, working_days: int, act, hour: int = 10, minute: int = 0) -> None:
        self.world.on(add_working_days(self.opens, working_days), act, hour, minute)

    # ── Acts ──

    def propose(self) -> None:
        self.proposal = services.draft_proposal(
            alliance=self.world.alliance,
            participant=self.party(self.question.org),
            case=self.case(),
            by=self.speaker(self.question.org),
        )
        if not self.question.stays:
            services.open_proposal(proposal=self.proposal, by=self.proposal.drafted_by)

    def discard(self) -> None:
        services.discard_draft(proposal=self.proposal, by=self.proposal.drafted_by)

    def answer(self, key: str) -> None:
        """Agree, unless it is over, was said already, or something still stands in the way."""
        now = self.now()
        if key in self.question.silent or key not in self.world.participants or now.state_now != State.OPEN:
            return
        party = self.party(key)
        if now.roll.filter(participant=party).first() is None:
            return
        said = now.positions.filter(participant=party, wording=now.current_wording).current().first()
        if said and said.stance == Position.Stance.AGREE:
            return
        if now.objections.unresolved().filter(participant=party).exists():
            return
        services.take_position(
            proposal=now,
            participant=party,
            stance=Position.Stance.AGREE,
            shown=now.current_wording.hash,
            reason=self.question.remarks.get(key, ""),
            by=self.speaker(key),
        )

    def objects(self, one: q.Objects) -> None:
        now = self.now()
        named = Principle.objects.current().filter(
            alliance=self.world.alliance, letter__in=list(one.principles)
        )
        services.raise_objection(
            proposal=now,
            participant=self.party(one.org),
            concern=one.concern,
            remedy=one.remedy,
            principles=list(named),
            legal_limit=one.legal_limit,
            shown=now.current_wording.hash,
            by=self.speaker(one.org),
        )

    def resolves(self, one: q.Resolves) -> None:
        now = self.now()
        objection = now.objections.unresolved().get(participant=self.party(one.org))
        services.resolve_objection(objection=objection, resolution=one.words, by=self.speaker(one.org))
        self.world.on(timezone.localdate(), partial(self.answer, one.org), 15, 20)

    def rewords(self, one: q.Rewords) -> None:
        now = self.now()
        services.change_wording(
            proposal=now,
            case=replace(now.case, **one.changes),
            shown=now.current_wording.hash,
            note=one.note,
            by=self.speaker(self.question.org),
        )

    def takesover(self, one: q.TakesOver) -> None:
        now = self.now()
        services.take_over_amendment(
            amendment=now.amendments.get(participant=self.party(one.org)),
            shown=now.current_wording.hash,
            by=self.speaker(self.question.org),
        )

    def offers(self, one: q.TakesOver) -> None:
        now = self.now()
        services.offer_amendment(
            proposal=now,
            participant=self.party(one.org),
            text=one.text,
            why=one.why,
            shown=now.current_wording.hash,
            by=self.speaker(one.org),
        )

    def abstains(self, one: q.Abstains) -> None:
        now = self.now()
        services.take_position(
            proposal=now,
            participant=self.party(one.org),
            stance=Position.Stance.ABSTAIN,
            reason=one.reason,
            shown=now.current_wording.hash,
            by=self.speaker(one.org),
        )

    def givesmoretime(self, one: q.GivesMoreTime) -> None:
        services.give_more_time(
            proposal=self.now(),
            answer_by=add_working_days(timezone.localdate(), 8),
            reason=one.reason,
            by=self.speaker(self.question.org),
        )

    def withdraws(self, one: q.Withdraws) -> None:
        services.withdraw_proposal(proposal=self.now(), reason=one.reason, by=self.speaker(self.question.org))

    # ── Facts ──

    def now(self) -> Proposal:
        (found,) = _now(pk=self.proposal.pk)
        return found

    def party(self, key: str):
        return self.world.participants[key]

    def speaker(self, key: str):
        return self.world.voice(key, self.chance)

    def case(self) -> Case:
        said = self.question
        review_on = timezone.localdate() + timedelta(days=said.review_after) if said.review_after else None
        return Case(
            title=said.title,
            text=said.text,
            why=said.why,
            alternatives=said.alternatives,
            affected=said.affected,
            heard=said.heard,
            amount=said.amount,
            review_on=review_on,
            effect=said.effect(self.world) if said.effect else {},
            tests={
                one.pk: self._bearing(one)
                for one in Principle.objects.current().filter(alliance=self.world.alliance)
                if said.best or not said.stays
            },
        )

    def _bearing(self, principle: Principle) -> Bearing:
        said = self.question
        if principle.letter == "b":
            effect, words = said.principles.get("b", ("supports", ""))
            return Bearing(effect, " ".join(filter(None, [said.best, words])))
        if principle.letter in said.principles:
            return Bearing(*said.principles[principle.letter])
        choices = q.SAID[principle.letter]
        if principle.letter == "e" and said.amount is not None:
            choices = choices[:1]
        return Bearing(*self.chance.choice(choices))
