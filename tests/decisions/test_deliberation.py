"""Talking a proposal over: remarks, questions, mentions, stewards of objections, amendments."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event, Words
from alliance.core.record import breaks_in_chain
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.notices.models import Notice
from decisions import services
from decisions.invariants import breaks_in_the_telling
from decisions.mentions import linked, mentioned
from decisions.models import Amendment, Comment, Mention, ObjectionSteward, Position
from participants.models import User
from tests.factories.decisions import again, answer, make_draft, make_proposal, object_to, offer, reword, say
from tests.factories.participants import make_person

pytestmark = pytest.mark.django_db


class TestSaying:
    @pytest.mark.parametrize("name", ["carol", "dev", "finn", "lena", "stan", "lee"])
    def test_everybody_who_takes_part_has_a_say(self, cast, proposal, name):
        said = say(proposal, getattr(cast, name))
        assert (said.number, said.written_by_name) == (1, getattr(cast, name).name)

    @pytest.mark.parametrize("name", ["bea", "ari", "stranger"])
    def test_those_who_only_read_do_not(self, cast, proposal, name):
        with pytest.raises(NotAllowed, match="read what is said"):
            say(proposal, getattr(cast, name))

    def test_a_remark_names_the_organisation_of_whoever_made_it(self, cast, proposal):
        assert say(proposal, cast.finn).participant == cast.haven
        assert say(proposal, cast.lee).participant is None

    def test_a_doubled_click_is_one_remark(self, cast, proposal):
        assert say(proposal, cast.lee) == say(proposal, cast.lee)
        assert Comment.objects.count() == 1
        say(proposal, cast.rosa, "Another voice between.")
        say(proposal, cast.lee)
        assert Comment.objects.count() == 3

    def test_there_must_be_words(self, cast, proposal):
        with pytest.raises(NotPossible, match="Write what you want to say"):
            say(proposal, cast.lee, "  \n ")

    def test_a_reply_to_a_reply_joins_its_thread(self, cast, proposal):
        question = say(proposal, cast.lee, is_question=True)
        reply = say(proposal, cast.pat, "Haven does.", parent=question)
        further = say(proposal, cast.lee, "With whom?", parent=reply, is_question=True)
        assert further.parent == question
        assert not further.is_question

    def test_it_belongs_to_the_thread_of_an_objection_or_an_amendment(self, cast, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        said = say(proposal, cast.pat, objection=objection)
        reply = say(proposal, cast.rosa, "Yes.", parent=said)
        assert reply.objection == objection

    def test_nothing_is_said_once_it_is_over(self, cast, proposal):
        services.withdraw_proposal(proposal=proposal, reason="Another house was found.", by=cast.carol)
        with pytest.raises(NotPossible, match="withdrawn"):
            say(proposal, cast.lee)
        with pytest.raises(NotPossible, match="draft"):
            say(make_draft(cast.council, cast.carol), cast.carol)

    def test_the_record_commits_to_the_words_without_telling_them(self, cast, proposal):
        say(proposal, cast.lee, "My own street @Pat Provider", told=[cast.rosa])
        event = Event.objects.get(kind="decisions.commented")
        assert "My own street" not in bytes(event.body).decode()
        assert [one["name"] for one in event.facts["mentions"]] == ["Rosa Recovery", "Pat Provider"]
        assert list(breaks_in_chain(cast.alliance.pk)) == []
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []


class TestMentions:
    def test_the_longest_name_counts_whatever_its_capitals(self):
        ann, long_ann = User(name="Ann Lee", pk=1), User(name="Ann Lee Howe", pk=2)
        people = [ann, long_ann]
        assert mentioned("@ann lee howe knows", people) == [long_ann]
        assert mentioned("(@Ann  Lee), not ann@lee.org", people) == [ann]
        assert mentioned("@Ann Leeds and a@Ann Lee", people) == []
        assert mentioned("nobody", []) == []

    def test_two_people_of_one_name_are_both_told(self):
        people = [User(name="Sam Hill", pk=1), User(name="Sam Hill", pk=2)]
        assert mentioned("@Sam Hill", people) == people

    def test_names_are_linked_and_nothing_else_becomes_html(self):
        from alliance.core.templatetags.concordat import lines

        people = [User(name="Zoë O’Hara-Smith & Co"), User(name="Ann")]
        html = linked(lines("Ask @Zoë O’Hara-Smith & Co <b>@Ann</b>"), people, "/people/")
        assert 'href="/people/">@Zoë O’Hara-Smith &amp; Co</a>' in html
        assert '&lt;b&gt;<a class="govuk-link mention" href="/people/">@Ann</a>&lt;/b&gt;' in html

    def test_nobody_mentions_strangers_or_themselves(self, cast, proposal):
        said = say(
            proposal, cast.lee, "@Sam Stranger @Lee Lived @Rosa Recovery", told=[cast.stranger, cast.rosa]
        )
        assert [one.person for one in said.mentions.all()] == [cast.rosa]


class TestStewards:
    def test_the_objector_or_the_proposer_names_one_and_the_last_holds(self, cast, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        services.name_steward(objection=objection, person=cast.lee, by=cast.rosa)
        services.name_steward(objection=objection, person=cast.stan, by=cast.carol)
        services.name_steward(objection=objection, person=cast.stan, by=cast.carol)
        assert [one.person for one in objection.stewards.all()] == [cast.lee, cast.stan]
        for other in (cast.pat, cast.finn, cast.lee):
            with pytest.raises(NotAllowed, match="Beacon, which objects, or for Council"):
                services.name_steward(objection=objection, person=cast.lena, by=other)

    def test_only_somebody_of_the_alliance_and_only_while_it_stands(self, cast, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        with pytest.raises(NotPossible, match="in the alliance today"):
            services.name_steward(objection=objection, person=cast.stranger, by=cast.rosa)
        services.resolve_objection(objection=objection, resolution="A room was found.", by=cast.rosa)
        with pytest.raises(NotPossible, match="resolved"):
            services.name_steward(objection=objection, person=cast.lee, by=cast.rosa)


class TestAmendments:
    def test_taken_over_it_is_the_next_wording_and_every_assent_lapses(self, cast, proposal):
        answer(proposal, cast.beacon, cast.rosa)
        amendment = offer(proposal, cast.haven, cast.dev)
        assert amendment.spoken_by == "Dev Deputy for Pat Provider, Haven"
        taken = services.take_over_amendment(
            amendment=amendment,
            shown=proposal.current_wording.hash,
            note="Dev is right.",
            by=cast.carol,
        )
        now = again(proposal)
        assert taken.state == "taken_over"
        assert taken.became == now.current_wording
        assert now.current_wording.text == amendment.text
        assert str(now.current_wording.note) == "Amendment 1 of Haven, taken over.\n\nDev is right."
        assert now.tally.waiting[2].lapsed.participant == cast.beacon
        assert taken == services.take_over_amendment(
            amendment=amendment, shown=now.current_wording.hash, by=cast.carol
        )
        assert now.wordings.count() == 2
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_it_is_offered_by_another_participant_that_is_asked(self, cast, proposal):
        with pytest.raises(NotAllowed, match="changes the wording itself"):
            offer(proposal, cast.council, cast.carol)
        for by in (cast.carol, cast.finn, cast.bea, cast.stranger):
            with pytest.raises(NotAllowed, match="Haven’s representative or deputy"):
                offer(proposal, cast.haven, by)

    def test_it_says_something_else_and_why(self, cast, proposal):
        with pytest.raises(NotPossible, match="proposed already"):
            offer(proposal, cast.haven, cast.pat, text=proposal.current_wording.text)
        with pytest.raises(NotPossible, match="Say why"):
            offer(proposal, cast.haven, cast.pat, why=" ")
        assert offer(proposal, cast.haven, cast.pat) == offer(proposal, cast.haven, cast.pat)

    def test_it_is_about_the_wording_that_was_shown(self, cast, proposal):
        shown = proposal.current_wording.hash
        reword(proposal, cast.carol)
        with pytest.raises(services.WordingChanged):
            offer(proposal, cast.haven, cast.pat, shown=shown)

    def test_the_proposer_declines_it_in_words(self, cast, proposal):
        amendment = offer(proposal, cast.haven, cast.pat)
        for by in (cast.pat, cast.rosa, cast.hana):
            with pytest.raises(NotAllowed, match="Council’s representative or deputy answers"):
                services.decline_amendment(amendment=amendment, answer="No.", by=by)
        with pytest.raises(NotPossible, match="Say why you do not"):
            services.decline_amendment(amendment=amendment, answer="", by=cast.carol)
        services.decline_amendment(amendment=amendment, answer="The hall holds twelve.", by=cast.carol)
        declined = services.decline_amendment(amendment=amendment, answer="Again.", by=cast.carol)
        assert str(declined.answer) == "The hall holds twelve."
        with pytest.raises(NotPossible, match="declined"):
            services.take_over_amendment(
                amendment=amendment, shown=proposal.current_wording.hash, by=cast.carol
            )

    def test_whoever_offered_it_takes_it_back(self, cast, proposal):
        amendment = offer(proposal, cast.haven, cast.pat)
        with pytest.raises(NotAllowed, match="takes back what it offered"):
            services.take_back_amendment(amendment=amendment, by=cast.carol)
        assert services.take_back_amendment(amendment=amendment, by=cast.dev).state == "taken_back"
        assert services.take_back_amendment(amendment=amendment, by=cast.pat).settled_by == cast.dev

    def test_what_the_wording_says_already_is_not_taken_over(self, cast, proposal):
        first, second = offer(proposal, cast.haven, cast.pat), offer(proposal, cast.beacon, cast.rosa)
        services.take_over_amendment(amendment=first, shown=proposal.current_wording.hash, by=cast.carol)
        with pytest.raises(NotPossible, match="says this already"):
            services.take_over_amendment(
                amendment=second, shown=again(proposal).current_wording.hash, by=cast.carol
            )


class TestWhatTheDatabaseRefuses:
    """Past every service, as the role that the application logs in as."""

    def refused(self, act) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            act()
        return str(trouble.value)

    def sql(self, statement: str) -> str:
        return self.refused(lambda: connection.cursor().execute(statement))

    def row(self, cast, proposal, **changes) -> dict:
        return {
            "alliance": cast.alliance,
            "proposal": proposal,
            "number": 1,
            "words": Words.write(cast.alliance.pk, "Words."),
            "written_at": timezone.now(),
            "written_by": cast.lee,
            "written_by_name": "Lee",
        } | changes

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"number": 7}, "numbered"),
            ({"written_by": "bea"}, "takes part"),
            ({"written_by": "stranger"}, "takes part"),
            ({"alliance": "elsewhere"}, "while it is open"),
            ({"participant": "council"}, "organisation of whoever made it"),
        ],
    )
    def test_a_remark_that_nobody_could_make(self, cast, proposal, changes, why):
        named = {
            key: getattr(cast, value) if isinstance(value, str) else value for key, value in changes.items()
        }
        assert why in self.refused(lambda: Comment.objects.create(**self.row(cast, proposal, **named)))

    def test_a_thread_under_a_reply_or_of_another_proposal(self, cast, proposal):
        other = make_proposal(cast.haven, cast.pat)
        top = say(proposal, cast.lee)
        reply = say(proposal, cast.pat, "Haven.", parent=top)
        foreign = say(other, cast.lee)
        for parent in (reply, foreign):
            row = self.row(cast, proposal, number=3, parent=parent)
            assert "one level deep" in self.refused(lambda row=row: Comment.objects.create(**row))
        objection = object_to(other, cast.beacon, cast.rosa)
        row = self.row(cast, proposal, number=3, objection=objection)
        assert "its own proposal" in self.refused(lambda: Comment.objects.create(**row))

    def test_what_was_said_and_who_was_named_stay(self, cast, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        services.name_steward(objection=objection, person=cast.lee, by=cast.rosa)
        said = say(proposal, cast.lee, "@Pat Provider")
        for table, change in (
            ("decisions_comment", "written_by_name = 'Another'"),
            ("decisions_mention", "person_id = 1"),
            ("decisions_objectionsteward", "person_id = 1"),
        ):
            self.sql(f"update {table} set {change}")
            self.sql(f"delete from {table}")
        strange = Mention(alliance=cast.alliance, comment=said, person=cast.stranger)
        assert "people of its alliance" in self.refused(strange.save)
        steward = ObjectionSteward(
            alliance=cast.alliance,
            objection=objection,
            person=cast.stan,
            named_at=timezone.now(),
            named_by=cast.pat,
        )
        assert "raised the objection or put the proposal" in self.refused(steward.save)

    def test_an_amendment_is_settled_only_by_those_who_may(self, cast, proposal):
        amendment = offer(proposal, cast.haven, cast.pat)
        settle = "update decisions_amendment set state = '{}', settled_at = now(), settled_by_id = {} {}"
        words = Words.write(cast.alliance.pk, "No.").pk
        answered = f", answer_id = {words}"
        assert "The proposer takes" in self.sql(settle.format("declined", cast.pat.pk, answered))
        assert "The proposer takes" in self.sql(settle.format("taken_back", cast.carol.pk, ""))
        became = f", became_id = {proposal.current_wording_id}"
        assert "word by word" in self.sql(settle.format("taken_over", cast.carol.pk, became))
        assert "otherwise stays" in self.sql("update decisions_amendment set text = 'Others'")
        services.decline_amendment(amendment=amendment, answer="No.", by=cast.carol)
        assert "stays" in self.sql("update decisions_amendment set state = 'offered'")
        assert Amendment.objects.get().text == amendment.text


def test_every_participant_is_asked_again_after_an_amendment(cast, proposal):
    for participant, by in ((cast.haven, cast.pat), (cast.beacon, cast.rosa)):
        answer(proposal, participant, by)
    amendment = offer(proposal, cast.beacon, cast.rosa)
    services.take_over_amendment(amendment=amendment, shown=proposal.current_wording.hash, by=cast.carol)
    assert [one.participant.short_name for one in again(proposal).tally.waiting] == [
        "Council",
        "Haven",
        "Beacon",
    ]
    assert not Position.objects.on_the_current_wording().exists()


def test_the_newcomer_of_the_alliance_is_found_by_name(cast, proposal):
    nia = make_person(cast.alliance, "Nia New", "worker")
    said = say(proposal, cast.lee, "@nia new")
    assert [one.person for one in said.mentions.all()] == [nia]


def test_those_who_are_named_and_the_proposer_are_told(cast, proposal):
    said = say(proposal, cast.lee, "Who runs it? @Finn Finance")
    offer(proposal, cast.haven, cast.pat)
    told = {(one.kind, one.person.name, one.subject_id) for one in Notice.objects.all()}
    assert ("mention", "Finn Finance", said.pk) in told
    assert ("amendment", "Carol Commissioner", Amendment.objects.get().pk) in told
