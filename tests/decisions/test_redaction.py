"""Words that tell too much about a person go for good; that there were some, and why they went, stays (rule 50)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from alliance.core.models import Event, Words
from alliance.core.record import breaks_in_chain
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from participants.models import User
from tests.factories.decisions import again, make_proposal, object_to
from tests.factories.effects import agree_all

pytestmark = pytest.mark.django_db
SAID = "Mrs Hopper of 4 Mill Lane told me so."
WHY = "It told where somebody lives."


@pytest.fixture
def remark(proposal, cast):
    return services.comment(proposal=proposal, words=SAID, by=cast.lee)


def url(remark) -> str:
    put = remark.proposal
    return reverse("decisions:redact_remark", args=[put.alliance.slug, put.number, remark.number])


class TestTheAuthor:
    def test_removes_the_words_and_nothing_else(self, cast, remark):
        before = bytes(remark.words.commitment)
        services.redact_remark(comment=remark, reason=WHY, by=cast.lee)
        kept = Words.objects.get(pk=remark.words_id)
        assert (kept.text, bytes(kept.salt), bytes(kept.commitment)) == ("", b"", before)
        assert (kept.redacted_by, kept.redaction_reason) == (cast.lee, WHY)
        assert SAID not in b"".join(map(bytes, Event.objects.values_list("body", flat=True))).decode()
        told = Event.objects.get(kind="decisions.remark_redacted").facts
        assert (told["comment"], told["reason"], told["by_its_author"]) == (1, WHY, True)
        assert list(breaks_in_chain(cast.alliance.pk)) == []
        assert kept.matches()

    def test_does_it_once_and_says_why(self, cast, remark):
        with pytest.raises(NotPossible, match="Say why the words go"):
            services.redact_remark(comment=remark, reason=" \n", by=cast.lee)
        services.redact_remark(comment=remark, reason=WHY, by=cast.lee)
        services.redact_remark(comment=remark, reason="Another reason.", by=cast.lee)
        assert Event.objects.filter(kind="decisions.remark_redacted").count() == 1
        assert again(remark).words.redaction_reason == WHY

    def test_may_after_the_seal_too(self, cast, proposal, remark):
        agree_all(proposal)
        services.redact_remark(comment=remark, reason=WHY, by=cast.lee)
        assert again(remark).words.redacted_at

    def test_is_asked_on_a_page_and_everybody_sees_that_they_went(self, cast, client_of, remark):
        lee, page = client_of(cast.lee), remark.proposal.get_absolute_url()
        assert url(remark) in lee.get(page).content.decode()
        assert url(remark) not in client_of(cast.carol).get(page).content.decode()
        assert SAID in lee.get(url(remark)).content.decode()
        refused = lee.post(url(remark), {"reason": ""})
        assert (refused.status_code, "Enter why the words go" in refused.content.decode()) == (422, True)
        assert lee.post(url(remark), {"reason": WHY}).status_code == 303
        seen = client_of(cast.carol).get(page).content.decode()
        assert SAID not in seen
        assert "Removed by whoever wrote it on" in seen
        assert WHY in seen
        assert url(remark) not in lee.get(page).content.decode()
        assert lee.get(url(remark)).status_code == 303
        record = client_of(cast.ari).get(reverse("record", args=[cast.alliance.slug])).content.decode()
        assert "The words of a remark by Lee Lived" in record

    def test_a_conversation_keeps_its_threads(self, cast, client_of, proposal, remark):
        services.comment(proposal=proposal, words="I know her too.", by=cast.pat, parent=remark)
        services.redact_remark(comment=remark, reason=WHY, by=cast.lee)
        talk = client_of(cast.carol).get(
            reverse("decisions:conversation", args=[cast.alliance.slug, proposal.number])
        )
        assert "I know her too." in talk.content.decode()


class TestOthers:
    @pytest.mark.parametrize("name", ["carol", "pat", "dev", "lena", "ari"])
    def test_remove_nobody_s_words(self, cast, client_of, remark, name):
        with pytest.raises(NotAllowed, match="Only Lee Lived removes these words"):
            services.redact_remark(comment=remark, reason=WHY, by=getattr(cast, name))
        assert client_of(getattr(cast, name)).post(url(remark), {"reason": WHY}).status_code == 403

    def test_a_veiled_objection_s_thread_is_not_there(self, cast, client_of):
        type(cast.alliance).objects.filter(pk=cast.alliance.pk).update(independent=True)
        cast.council.refresh_from_db()
        cast.council.alliance.refresh_from_db()
        proposal = make_proposal(cast.council, cast.carol)
        objection = object_to(proposal, cast.beacon, cast.rosa)
        said = services.comment(proposal=proposal, words="Why?", objection=objection, by=cast.rosa)
        assert client_of(cast.rosa).get(url(said)).status_code == 200
        assert client_of(cast.pat).get(url(said)).status_code == 404

    def test_the_administrator_does_by_a_command_when_the_law_asks(self, cast, remark, client_of, capsys):
        root = User.objects.create_superuser("root@example.org", "Root")
        facts = ["harbour-alliance", "1", "1", "--reason", "A request under the data protection law."]
        with pytest.raises(CommandError, match="Only Lee Lived removes"):
            call_command("redact_remark", *facts, "--by", cast.carol.email)
        with pytest.raises(CommandError, match="Proposal 1 has no remark 7"):
            call_command("redact_remark", "harbour-alliance", "1", "7", *facts[3:], "--by", root.email)
        call_command("redact_remark", *facts, "--by", root.email)
        assert "are removed" in capsys.readouterr().out
        assert again(remark).words.redacted_by == root
        page = client_of(cast.lee).get(remark.proposal.get_absolute_url()).content.decode()
        assert "Removed by the administrator on" in page

    def test_sql_rewrites_no_words(self, remark):
        with pytest.raises(DatabaseError, match="not rewritten"), transaction.atomic():
            Words.objects.filter(pk=remark.words_id).update(text="Nobody said so.")
