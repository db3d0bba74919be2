"""Asking, gathering, sealing, fetching: each of them once (rule 52)."""

import hashlib

import pytest
from django.utils import timezone

from alliance.assurance import drawing, errands, services
from alliance.assurance.models import Download, Report
from alliance.core import invariants, outbox
from alliance.core.models import Errand, Event
from alliance.core.periods import Quarter
from alliance.core.record import record
from alliance.core.refusals import NotAllowed, NotPossible
from participants.models import Principle

pytestmark = pytest.mark.django_db


def kinds(alliance) -> list[str]:
    told = Event.objects.filter(alliance=alliance, kind__startswith="assurance.").order_by("seq")
    return [event.kind.removeprefix("assurance.") for event in told]


def something_happens(alliance, by):
    record("participants.alliance_founded", alliance, by=by, name="News")


def test_a_request_writes_the_row_and_rings(requested, harbour_alliance, carol):
    assert (requested.number, requested.version, requested.status) == (1, 1, "requested")
    assert requested.requested_by == carol
    assert requested.errand.payload == {"report_id": requested.pk}
    assert kinds(harbour_alliance) == ["report_requested"]


def test_asking_twice_while_one_is_in_the_making_is_asking_once(requested, harbour_alliance, pat, quarter):
    again = services.request_report(alliance=harbour_alliance, quarter=quarter, by=pat)
    assert again == requested
    assert (Report.objects.count(), Errand.objects.filter(kind=Report.ERRAND).count()) == (1, 1)
    assert kinds(harbour_alliance) == ["report_requested"]


def test_asking_again_when_nothing_has_happened_gives_the_same_report(
    sealed, harbour_alliance, pat, bea, quarter
):
    services.download_report(report=sealed, by=bea)  # being read is not news
    assert services.request_report(alliance=harbour_alliance, quarter=quarter, by=pat) == sealed
    assert Report.objects.count() == 1


def test_after_something_has_happened_a_second_version_is_made_and_the_first_stands(
    sealed, harbour_alliance, carol, quarter, run_errands
):
    before = bytes(sealed.pdf.content)
    something_happens(harbour_alliance, carol)
    second = services.request_report(alliance=harbour_alliance, quarter=quarter, by=carol)
    run_errands()
    second.refresh_from_db()
    first = Report.objects.get(pk=sealed.pk)
    assert (second.number, second.version, second.is_sealed) == (2, 2, True)
    assert bytes(first.pdf.content) == before
    assert first.pdf.sha256 == hashlib.sha256(before).hexdigest()
    assert second.pdf.sha256 != first.pdf.sha256
    assert second.head_seq > first.head_seq


def test_two_quarters_have_reports_of_their_own(requested, harbour_alliance, carol, quarter):
    other = services.request_report(alliance=harbour_alliance, quarter=quarter.previous, by=carol)
    assert (other.number, other.version) == (2, 1)


def test_a_running_quarter_gets_an_interim_report_up_to_today(harbour_alliance, carol):
    running = Quarter.containing(timezone.localdate())
    report = services.request_report(alliance=harbour_alliance, quarter=running, by=carol)
    assert report.is_interim
    assert report.covers_until == timezone.localdate()


def test_an_interim_report_is_overtaken_when_the_quarter_goes_on(sealed, harbour_alliance, carol, quarter):
    interim = Report(
        alliance=harbour_alliance, quarter=quarter.slug, covers_until=quarter.start, head_seq=sealed.head_seq
    )
    assert services._is_overtaken(interim, quarter.end)
    assert not services._is_overtaken(sealed, quarter.end)


def test_a_quarter_that_has_not_begun_cannot_be_reported(harbour_alliance, carol, quarter):
    with pytest.raises(NotPossible, match="has not begun yet"):
        services.request_report(alliance=harbour_alliance, quarter=quarter.shifted(40), by=carol)


def test_a_quarter_from_before_the_alliance_cannot_be_reported(harbour_alliance, carol, quarter):
    with pytest.raises(NotPossible, match="was over before Harbour Alliance began"):
        services.request_report(alliance=harbour_alliance, quarter=quarter.shifted(-40), by=carol)


@pytest.mark.parametrize("who", ["carol", "pat", "dev", "finn", "hana", "lena", "stan"])
def test_those_who_answer_for_the_alliance_ask_for_reports(who, cast, quarter):
    report = services.request_report(alliance=cast.alliance, quarter=quarter, by=getattr(cast, who))
    assert report.requested_by == getattr(cast, who)


@pytest.mark.parametrize("who", ["bea", "ari", "lee", "stranger"])
def test_others_do_not(who, cast, quarter):
    with pytest.raises(NotAllowed):
        services.request_report(alliance=cast.alliance, quarter=quarter, by=getattr(cast, who))
    assert not Report.objects.exists()


def test_a_worker_makes_it_and_tells_the_record_the_hash(sealed, harbour_alliance):
    pdf = bytes(sealed.pdf.content)
    told = Event.objects.get(kind="assurance.report_sealed")
    assert told.facts["pdf_sha256"] == hashlib.sha256(pdf).hexdigest() == sealed.pdf.sha256
    assert told.facts["snapshot_sha256"] == sealed.snapshot.sha256
    assert told.facts["head_hash"] == bytes(sealed.head_hash).hex()
    assert kinds(harbour_alliance) == ["report_requested", "report_sealed"]
    assert sealed.errand.finished_at is not None
    assert sealed.pages == drawing.count_pages(pdf)


def test_the_pdf_is_what_its_snapshot_draws(sealed):
    assert drawing.draw(sealed.contents) == bytes(sealed.pdf.content)


def test_the_head_it_prints_was_the_records_head_when_the_facts_were_read(sealed):
    event = Event.objects.get(alliance=sealed.alliance, seq=sealed.head_seq)
    assert bytes(event.hash) == bytes(sealed.head_hash)
    assert sealed.contents.record.hash == bytes(sealed.head_hash).hex()


def test_what_happens_after_the_facts_were_gathered_is_not_in_the_report(
    requested, harbour_alliance, run_errands
):
    invariants.self_check(harbour_alliance.pk)
    services.gather_report(report=requested)
    today = timezone.localdate()
    Principle.objects.filter(alliance=harbour_alliance, letter="a").update(superseded_on=today)
    Principle.objects.create(
        alliance=harbour_alliance,
        letter="a",
        version=2,
        title="Risks",
        wording="Rewritten since.",
        in_force_from=today,
    )
    run_errands()
    requested.refresh_from_db()
    wordings = [one.wording for one in requested.contents.principles]
    assert requested.is_sealed
    assert "Rewritten since." not in wordings


class Lost(Exception):
    """The worker is gone."""


@pytest.mark.parametrize(
    ("module", "verb", "when"),
    [
        (invariants, "self_check", "before"),
        (services, "gather_report", "before"),
        (services, "gather_report", "after"),
        (drawing, "draw", "after"),
        (drawing, "check", "after"),
        (services, "seal_report", "after"),
    ],
)
def test_lost_at_any_stage_it_still_comes_once(
    module, verb, when, requested, harbour_alliance, monkeypatch, run_errands
):
    real = getattr(module, verb)

    def lost(*given, **named):
        if when == "after":
            real(*given, **named)
        raise Lost

    with monkeypatch.context() as patch:
        patch.setattr(module, verb, lost)
        run_errands()
    requested.refresh_from_db()
    assert "Lost" in requested.errand.trouble
    snapshot_id = requested.snapshot_id

    Errand.objects.update(due_at=timezone.now())
    run_errands()
    requested.refresh_from_db()
    assert requested.is_sealed
    assert snapshot_id in (None, requested.snapshot_id)
    assert kinds(harbour_alliance) == ["report_requested", "report_sealed"]
    run_errands()
    outbox.do(requested.errand.pk)
    errands.produce_report(outbox.Run(requested.errand))
    assert kinds(harbour_alliance) == ["report_requested", "report_sealed"]


@pytest.fixture
def parked(requested, monkeypatch):
    def broken(contents):
        raise drawing.PdfError("The typeface is missing.")

    with monkeypatch.context() as patch:
        patch.setattr(drawing, "draw", broken)
        for _ in range(outbox.PARKED_AFTER):
            Errand.objects.update(due_at=timezone.now())
            outbox.do_all_due()
    assert requested.errand.parked_at
    return requested


def test_after_five_attempts_it_is_parked_with_its_trouble(parked):
    assert parked.errand.trouble == "PdfError: The typeface is missing."
    assert list(Report.objects.for_lists().values_list("is_parked", flat=True)) == [True]


def test_a_parked_report_is_tried_again_and_comes(parked, pat, run_errands, harbour_alliance):
    services.try_again(report=parked, by=pat)
    run_errands()
    parked.refresh_from_db()
    assert parked.is_sealed
    assert kinds(harbour_alliance) == ["report_requested", "report_taken_up_again", "report_sealed"]


def test_trying_again_what_is_not_parked_changes_nothing(requested, pat, harbour_alliance):
    services.try_again(report=requested, by=pat)
    assert kinds(harbour_alliance) == ["report_requested"]


def test_board_members_do_not_try_again(parked, bea):
    with pytest.raises(NotAllowed):
        services.try_again(report=parked, by=bea)


def test_a_sealed_report_is_not_tried_again(sealed, pat):
    with pytest.raises(NotPossible, match="This report is sealed"):
        services.try_again(report=sealed, by=pat)


def test_every_download_is_logged_with_the_role_of_that_day(sealed, bea, ari, harbour_alliance):
    services.download_report(report=sealed, by=bea)
    services.download_report(report=sealed, by=ari)
    services.download_report(report=sealed, by=bea)
    log = list(Download.objects.order_by("pk").values_list("downloaded_by__name", "capacity"))
    assert log == [
        ("Bea Board", "Board member, Haven Homes"),
        ("Ari Auditor", "Auditor"),
        ("Bea Board", "Board member, Haven Homes"),
    ]
    assert kinds(harbour_alliance)[2:] == ["report_downloaded"] * 3


def test_a_stranger_downloads_nothing(sealed, stranger):
    with pytest.raises(NotAllowed):
        services.download_report(report=sealed, by=stranger)
    assert not Download.objects.exists()


def test_nothing_is_downloaded_before_it_is_sealed(requested, bea):
    with pytest.raises(NotPossible):
        services.download_report(report=requested, by=bea)
