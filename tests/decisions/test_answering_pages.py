"""Answers recorded on behalf, taken back, confirmed and contested, in a browser without JavaScript."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from decisions.models import Decision, Position
from participants.models import RoleAppointment
from tests.factories.decisions import again, answer

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"decisions:{name}", args=["harbour-alliance", *args])


def told(proposal, cast, **changes) -> dict:
    voice = RoleAppointment.objects.get(person=cast.pat)
    return {
        "voice": voice.pk,
        "heard": "telephone",
        "evidence": "Pat rang at ten; Hana listened in.",
        "stance": "agree",
        "shown": again(proposal).current_wording.hash,
    } | changes


def test_somebody_records_what_another_organisation_said_and_the_page_says_so(cast, proposal, client_of):
    note = SimpleUploadedFile("note.txt", b"Pat: yes.")
    page = client_of(cast.carol).post(
        at("record_on_behalf", proposal.number), told(proposal, cast, evidence_file=note), follow=True
    )
    text = page.content.decode()
    assert "Recorded on behalf of Haven, who can contest it until the end of" in text
    assert "Recorded on behalf by Carol Commissioner: by telephone" in text
    assert "What shows it: Pat rang at ten; Hana listened in." in text
    said = Position.objects.get()
    file = client_of(cast.rosa).get(at("evidence", proposal.number, said.pk))
    assert b"".join(file) if file.streaming else file.content == b"Pat: yes."


def test_bad_input_has_its_sentence_and_loses_nothing(cast, proposal, client_of):
    wrong = told(proposal, cast, voice="", heard="", stance="reservation", evidence="Kept words.")
    page = client_of(cast.carol).post(at("record_on_behalf", proposal.number), wrong)
    text = page.content.decode()
    assert page.status_code == 422
    for sentence in (
        "Select who gave the answer",
        "Select how the answer was given",
        "Enter the reservation",
    ):
        assert text.count(sentence) >= 2, sentence
    assert "Kept words." in text
    assert not Position.objects.exists()


def test_confirmed_in_one_step_it_is_their_own_and_seals(cast, proposal, client_of):
    client_of(cast.carol).post(at("record_on_behalf", proposal.number), told(proposal, cast))
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.beacon, cast.rosa)
    page = client_of(cast.pat).get(proposal.get_absolute_url())
    assert "to contest what was recorded on behalf. After that it is sealed." in page.content.decode()
    [one] = page.context["spoken_for"]
    sent = client_of(cast.pat).post(one["confirm_url"], one["confirm"], follow=True)
    assert Decision.objects.get().get_absolute_url() in sent.redirect_chain[-1][0]


def test_contested_it_no_longer_counts(cast, proposal, client_of):
    client_of(cast.carol).post(at("record_on_behalf", proposal.number), told(proposal, cast))
    page = client_of(cast.dev).get(at("take_back", proposal.number))
    assert "Contest what was recorded" in page.content.decode()
    client_of(cast.dev).post(
        at("take_back", proposal.number), {"participant": cast.haven.pk, "reason": "No."}
    )
    assert Position.objects.current().get(participant=cast.haven).stance == "taken_back"
    again_ = client_of(cast.carol).post(at("record_on_behalf", proposal.number), told(proposal, cast))
    assert again_.status_code == 422
    assert "spoken for itself" in again_.content.decode()


def test_taken_back_and_answered_again_from_the_letters_link(cast, proposal, client_of):
    answer(proposal, cast.haven, cast.pat)
    pats = client_of(cast.pat)
    assert at("take_back", proposal.number) in pats.get(proposal.get_absolute_url()).content.decode()
    pats.post(at("take_back", proposal.number), {"participant": cast.haven.pk, "reason": ""})
    assert pats.get(at("take_back", proposal.number)).status_code == 409
    form = pats.get(f"{proposal.get_absolute_url()}?answer=agree").context["form"]
    assert form["stance"].value() == "agree"
    assert (
        pats.get(f"{proposal.get_absolute_url()}?answer=nonsense").context["form"]["stance"].value() is None
    )


def test_the_seal_is_offered_when_the_hold_is_over(cast, proposal, client_of, monkeypatch):
    client_of(cast.carol).post(at("record_on_behalf", proposal.number), told(proposal, cast))
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.beacon, cast.rosa)
    assert client_of(cast.rosa).post(at("seal", proposal.number)).status_code == 409
    later = timezone.now() + timedelta(days=6)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert "Seal it now" in client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()
    assert client_of(cast.rosa).post(at("seal", proposal.number), follow=True).status_code == 200
    assert Decision.objects.exists()
