"""What an alliance can do with its proposals, done in the model and with the services."""

from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from alliance.core.uploads import Upload
from alliance.core.workdays import add_working_days
from decisions import services
from decisions.models import Amendment, Decision, Declaration, Objection, Proposal, Ratification
from tests.factories.decisions_model import HAVEN, Put
from tests.factories.decisions_stage import LIMIT, MORE
from tests.properties.deciding import Deciding

whiches = st.integers(0, 7)
places = st.integers(0, 3)
crashes = st.integers(0, 15).map(lambda one: one == 15)
effects = st.sampled_from(["", "exit", "accession", "standing aside on", "standing aside off"])
stances = st.sampled_from(["agree", "agree", "agree", "agree", "reservation", "stand_aside", "abstain"])


class Putting(Deciding):
    @rule(
        by=places,
        amount=st.sampled_from([None, MORE]),
        effect=effects,
        crash=crashes,
    )
    @precondition(lambda self: sum(map(self.model.is_open, self.model.puts.values())) < 3)
    def propose(self, by, amount, effect, crash):
        by = self.at(by)
        may = self.model.propose(by, effect)
        case = replace(self.stage.case, amount=amount, effect=self.stage.terms(effect, self.model.today))
        deadline = add_working_days(self.model.today, 5)
        made = self.attempt(
            lambda: services.propose(
                alliance=self.stage.alliance,
                participant=self.parties[by],
                case=case,
                by=self.voices[by],
                answer_by=deadline,
            ),
            crash,
        )
        assert bool(made) is may, (by, effect)
        if made:
            self.opened(made, by, deadline, amount=amount, effect=effect)

    def opened(self, made: Proposal, proposer: int, deadline: date, **facts) -> None:
        """Rules 2, 6: the roll and the settings of that day."""
        wording = made.current_wording.hash
        self.model.puts[made.pk] = Put(
            made.pk, proposer, deadline, sorted(self.model.here), [wording], self.model.aside, **facts
        )

    @rule(which=whiches, by=places, crash=crashes)
    def change_wording(self, which, by, crash):
        put, by = self.pick(which), self.at(by)
        case = replace(
            self.stage.case,
            text=f"Version {put.version + 1} of what we would do.",
            amount=put.amount,
            effect=self.stage.terms(put.effect, self.model.today),
        )
        may = self.model.change_wording(put, by)
        made = self.attempt(
            lambda: services.change_wording(
                proposal=self.row(put), case=case, shown=put.hashes[-1], by=self.voices[by]
            ),
            crash,
        )
        assert bool(made) is may, put
        if made:
            put.hashes.append(made.hash)

    @rule(which=whiches, by=places, crash=crashes)
    def offer_amendment(self, which, by, crash):
        put, by = self.pick(which), self.at(by)
        text = f"Amendment {len(put.offers) + 1} to version {put.version}."
        may = self.model.offer(put, by)
        made = self.attempt(
            lambda: services.offer_amendment(
                proposal=self.row(put),
                participant=self.parties[by],
                text=text,
                why="It is better.",
                shown=put.hashes[-1],
                by=self.voices[by],
            ),
            crash,
        )
        assert bool(made) is may, put

    def offered(self) -> list[tuple[Put, int]]:
        return [
            (put, number)
            for put in self.model.puts.values()
            for number, became in put.offers.items()
            if became == "offered"
        ]

    @rule(which=whiches, by=st.none() | places, crash=crashes)
    @precondition(lambda self: self.offered())
    def take_over_amendment(self, which, by, crash):
        """Rule 20: the words of another participant, and every assent lapses."""
        offered = self.offered()
        put, number = offered[which % len(offered)]
        by = put.proposer if by is None else self.at(by)
        amendment = Amendment.objects.get(proposal_id=put.pk, number=number)
        may = self.model.take_over(put, number, by)
        made = self.attempt(
            lambda: services.take_over_amendment(
                amendment=amendment, shown=put.hashes[-1], by=self.voices[by]
            ),
            crash,
        )
        assert bool(made) is may, put
        if made:
            put.hashes.append(made.became.hash)

    @rule(which=whiches, days=st.integers(1, 5))
    def give_more_time(self, which, days):
        put = self.pick(which)
        later = max(put.deadline, self.model.today) + timedelta(days=days)
        may = self.model.give_more_time(put, later)
        made = self.attempt(
            lambda: services.give_more_time(
                proposal=self.row(put), answer_by=later, reason="More time.", by=self.voices[put.proposer]
            )
        )
        assert bool(made) is may, put

    @rule(which=whiches)
    @precondition(lambda self: len(self.model.puts) > 3)  # there is more to see in one that goes on
    def withdraw(self, which):
        put = self.pick(which)
        may = self.model.withdraw(put)
        made = self.attempt(
            lambda: services.withdraw_proposal(
                proposal=self.row(put), reason="Not now.", by=self.voices[put.proposer]
            )
        )
        assert bool(made) is may, put


class Answering(Deciding):
    @rule(
        which=whiches,
        place=places,
        stance=stances,
        deputy=st.booleans(),
        stale=st.booleans(),
        crash=crashes,
    )
    def take_position(self, which, place, stance, deputy, stale, crash):
        put, place = self.pick(which), self.at(place)
        by = self.cast.dev if deputy and place == HAVEN else self.voices[place]
        self.answers(put, place, stance, by, stale and put.version > 1, crash)

    def answers(self, put, place, stance, by, stale=False, crash=False):
        shown = put.hashes[0 if stale else -1]
        may = self.model.take_position(put, place, stance, by.name.split()[0].lower(), stale)
        made = self.attempt(
            lambda: services.take_position(
                proposal=self.row(put),
                participant=self.parties[place],
                stance=stance,
                reason="" if stance == "agree" else "Because.",
                shown=shown,
                by=by,
            ),
            crash,
        )
        assert bool(made) is may, (put, place, stance, stale)

    @rule(which=whiches, but=st.integers(0, 7))
    def nearly_all_agree(self, which, but):
        """So that the last answer is often the next thing to come."""
        put = self.pick(which)
        for place in put.asked.copy():
            if place != but and put.answer_of(place) is None and self.model.is_open(put):
                self.answers(put, place, "agree", self.voices[place])
                self.follow()

    @rule(which=whiches, place=places, who=st.integers(0, 7))
    def speak_out_of_turn(self, which, place, who):
        """Rules 8, 19: nobody speaks for another, not even a deputy whose time is over."""
        put, place = self.pick(which), self.at(place)
        others = [one for one in self.voices if one != self.voices[place]]
        made = self.attempt(
            lambda: services.take_position(
                proposal=self.row(put),
                participant=self.parties[place],
                stance="agree",
                shown=put.hashes[-1],
                by=[*others, *self.stage.shut_out][who % (len(others) + len(self.stage.shut_out))],
            )
        )
        assert made is None

    @rule(which=whiches, place=places, teller=places, stance=stances, crash=crashes)
    def record_on_behalf(self, which, place, teller, stance, crash):
        put, place, teller = self.pick(which), self.at(place), self.at(teller)
        may = self.model.record_on_behalf(put, place, stance, self.name(place), teller, self.name(teller))
        made = self.attempt(
            lambda: services.record_on_behalf(
                proposal=self.row(put),
                participant=self.parties[place],
                said_by=self.voices[place],
                stance=stance,
                reason="" if stance == "agree" else "Because.",
                heard="telephone",
                evidence="A call at noon.",
                shown=put.hashes[-1],
                by=self.voices[teller],
            ),
            crash,
        )
        assert bool(made) is may, (put, place, teller, stance)

    @rule(which=whiches, place=places, crash=crashes)
    def take_back(self, which, place, crash):
        put, place = self.pick(which), self.at(place)
        may = self.model.take_back(put, place, self.name(place))
        made = self.attempt(
            lambda: services.take_back(
                proposal=self.row(put), participant=self.parties[place], by=self.voices[place]
            ),
            crash,
        )
        assert bool(made) is may, (put, place)

    @rule(which=whiches, place=places, crash=crashes)
    def object(self, which, place, crash):
        put, place = self.pick(which), self.at(place)
        may = self.model.object(put, place, self.name(place))
        self.concerns += 1  # the same one said twice is said once, whenever it is said again
        made = self.attempt(
            lambda: services.raise_objection(
                proposal=self.row(put),
                participant=self.parties[place],
                concern=f"Concern {self.concerns}.",
                remedy="Ask them.",
                principles=[self.stage.best],
                shown=put.hashes[-1],
                by=self.voices[place],
            ),
            crash,
        )
        assert bool(made) is may, (put, place)

    @rule(which=whiches, by=st.none() | places, crash=crashes)
    @precondition(lambda self: any(one.objections for one in self.model.puts.values()))
    def resolve(self, which, by, crash):
        put = self.of(which, [one for one in self.model.puts.values() if one.objections])
        number, whose = min(put.objections.items())
        by = whose if by is None else self.at(by)
        objection = Objection.objects.get(proposal_id=put.pk, number=number)
        may = self.model.resolve(put, number, by)
        made = self.attempt(
            lambda: services.resolve_objection(
                objection=objection, resolution="It is met.", by=self.voices[by]
            ),
            crash,
        )
        assert bool(made) is may, (put, by)


class Conflicts(Deciding):
    @rule(which=whiches, place=places, crash=crashes)
    def declare(self, which, place, crash):
        put, place = self.pick(which), self.at(place)
        may = self.model.declare(put, place, self.name(place))
        made = self.attempt(
            lambda: services.declare_conflict(
                proposal=self.row(put),
                participant=self.parties[place],
                what="We own it.",
                by=self.voices[place],
            ),
            crash,
        )
        assert bool(made) is may, (put, place)

    @rule(which=whiches, by=places, stance=st.sampled_from(["admit", "leave", "shared"]), crash=crashes)
    @precondition(lambda self: any(one.undecided for one in self.model.puts.values()))
    def vote(self, which, by, stance, crash):
        """Rules 9, 10, 11: a majority of the others, and what follows follows."""
        put = self.of(which, [one for one in self.model.puts.values() if one.undecided])
        whose, by = put.undecided[0], self.at(by)
        declared = Declaration.objects.get(
            proposal_id=put.pk, participant=self.parties[whose], state="declared"
        )
        may = self.model.vote(put, whose, by, stance)
        made = self.attempt(
            lambda: services.vote_on_conflict(
                declaration=declared, participant=self.parties[by], stance=stance, by=self.voices[by]
            ),
            crash,
        )
        assert bool(made) is may, (put, whose, by, stance)


class Later(Deciding):
    """Deadlock, ratification, the clock."""

    @rule(which=whiches, place=places)
    def declare_deadlock(self, which, place):
        put, place = self.pick(which), self.at(place)
        may = self.model.declare_deadlock(put, place)
        made = self.attempt(
            lambda: services.declare_deadlock(
                proposal=self.row(put),
                participant=self.parties[place],
                reason="Stuck.",
                by=self.voices[place],
            )
        )
        assert bool(made) is may, (put, place)

    def awaited(self) -> list[Put]:
        return [one for one in self.model.puts.values() if one.board == "awaited"]

    @rule(yes=st.booleans(), crash=crashes)
    @precondition(lambda self: self.awaited())
    def ratify(self, yes, crash):
        """Rule 14: in effect with the board's minute; refused, the question is put again to a fresh roll."""
        put = self.awaited()[0]
        awaited = Ratification.objects.get(decision__proposal=put.pk)
        assert (awaited.amount, awaited.limit) == (MORE, LIMIT)
        if yes:
            minute = Upload("minute.txt", b"Agreed.", "text/plain")
            may = self.model.ratify(put)
            made = self.attempt(
                lambda: services.ratify(
                    ratification=awaited,
                    board_met_on=timezone.localdate(),
                    minute=minute,
                    by=self.cast.pat,
                ),
                crash,
            )
            assert bool(made) is may, put
            return
        again = self.attempt(
            lambda: services.refuse_to_ratify(ratification=awaited, words="Too much.", by=self.cast.pat),
            crash,
        )
        put.board = "refused"
        if again.opened_at:
            by = put.proposer if put.proposer in self.model.here else HAVEN
            deadline = add_working_days(self.model.today, 10)
            facts = {"amount": put.amount, "effect": put.effect, "supersedes": put.supersedes}
            self.opened(Proposal.objects.get(pk=again.pk), by, deadline, **facts)
        assert bool(again.opened_at) is self.model.is_sealable(put)

    @rule(days=st.sampled_from([1, 1, 1, 2, 2, 4, 30]))
    @precondition(lambda self: any(map(self.model.is_open, self.model.puts.values())))
    def time_passes(self, days):
        """The clock's own acts are done at dawn, as the errands do them."""
        self.clock["now"] += timedelta(days=days)
        held = [self.row(put) for put in self.model.held()]
        self.model.today = timezone.localdate()
        self.come_in()
        self.model.dawn()
        for row in held:
            self.attempt(lambda row=row: services.seal_after_hold(proposal=row))
        self.note_departures()

    @rule(which=whiches, by=places)
    def seal(self, which, by):
        put, by = self.pick(which), self.at(by)
        may = self.model.seal(put, by)
        made = self.attempt(lambda: services.seal(proposal=self.row(put), by=self.voices[by]))
        assert bool(made) is may, put

    @rule(which=whiches, by=places)
    @precondition(lambda self: self.agreed())
    def supersede(self, which, by):
        """Rule 20: another decision; the first one stays as it was."""
        put, by = self.of(which, self.agreed()), self.at(by)
        decision = Decision.objects.get(proposal_id=put.pk)
        may = self.model.propose(by, "", put.pk)
        made = self.attempt(
            lambda: services.open_proposal(
                proposal=services.draft_successor(
                    decision=decision, participant=self.parties[by], by=self.voices[by]
                ),
                by=self.voices[by],
            )
        )
        assert bool(made) is may, put
        if made:
            deadline = add_working_days(self.model.today, 10)
            self.opened(made, by, deadline, amount=put.amount, supersedes=put.pk)
