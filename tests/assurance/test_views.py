"""The pages: who finds what there, what waits, and how much they ask of the database."""

import hashlib
import re

import pytest
from django.urls import reverse

from alliance.assurance import services
from alliance.assurance.models import Download, Report
from alliance.assurance.waiting import waiting_on
from alliance.core import outbox
from alliance.core.models import Errand
from participants.standing import standing

pytestmark = pytest.mark.django_db


def at(name: str, alliance, *args) -> str:
    return reverse(f"assurance:{name}", args=[alliance.slug, *args])


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def report_row(alliance, number: int, quarter) -> Report:
    return Report.objects.create(
        alliance=alliance, number=number, quarter=quarter.slug, version=1, covers_until=quarter.end
    )


def test_a_request_leads_to_the_reports_page_where_its_making_shows(client_of, carol, harbour_alliance):
    client = client_of(carol)
    answer = client.post(at("request", harbour_alliance), {"quarter": "2026-27-q2"})
    assert (answer.status_code, answer.url) == (303, at("report", harbour_alliance, 1))
    page = client.get(answer.url)
    assert "In the making" in words(page)
    assert "Waiting for a worker" in words(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()


def test_the_last_quarter_that_is_over_is_suggested(client_of, carol, harbour_alliance):
    page = client_of(carol).get(at("request", harbour_alliance)).content.decode()
    checked = re.findall(r'value="([^"]+)"[^>]*\bchecked\b', page)
    assert checked == ["2026-27-q2"]


@pytest.mark.parametrize("quarter", ["", "2026-27-q9", "2031-32-q1", "1999-00-q1", "<script>"])
def test_a_quarter_that_is_not_offered_is_refused_in_words(client_of, carol, harbour_alliance, quarter):
    answer = client_of(carol).post(at("request", harbour_alliance), {"quarter": quarter})
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert not Report.objects.exists()


def test_whoever_may_not_ask_reads_why_in_place_of_the_button(client_of, bea, harbour_alliance):
    client = client_of(bea)
    said = words(client.get(at("reports", harbour_alliance)))
    assert "You can read and download every one." in said
    assert at("request", harbour_alliance) not in client.get(at("reports", harbour_alliance)).content.decode()
    assert client.post(at("request", harbour_alliance), {"quarter": "2026-27-q2"}).status_code == 403
    assert not Report.objects.exists()


def test_while_it_is_made_htmx_gets_only_the_progress(client_of, carol, requested, harbour_alliance):
    Errand.objects.update(stage="Drawing the pages", progress=45)
    page = client_of(carol).get(
        at("report", harbour_alliance, 1), headers={"HX-Request": "true", "HX-Target": "progress"}
    )
    assert words(page).startswith("Drawing the pages")
    assert b"<html" not in page.content


def test_when_it_is_sealed_htmx_is_told_to_load_the_page_anew(client_of, carol, sealed, harbour_alliance):
    page = client_of(carol).get(
        at("report", harbour_alliance, 1), headers={"HX-Request": "true", "HX-Target": "progress"}
    )
    assert (page.headers["HX-Refresh"], page.content) == ("true", b"")


def test_a_report_that_could_not_be_made_says_why_and_can_be_tried_again(
    client_of, pat, bea, requested, harbour_alliance, run_errands
):
    Errand.objects.update(
        parked_at=requested.requested_at, trouble="PdfError: The typeface is missing.", attempts=5
    )
    said = words(client_of(bea).get(at("report", harbour_alliance, 1)))
    assert "The typeface is missing." in said
    assert client_of(bea).post(at("attempt", harbour_alliance, 1)).status_code == 403
    assert client_of(pat).post(at("attempt", harbour_alliance, 1)).status_code == 303
    run_errands()
    assert Report.objects.get().is_sealed


def test_the_page_of_a_sealed_report_shows_the_hash_of_the_very_bytes(
    client_of, bea, sealed, harbour_alliance
):
    client = client_of(bea)
    page = words(client.get(at("report", harbour_alliance, 1)))
    fetched = client.get(at("download", harbour_alliance, 1))
    assert hashlib.sha256(fetched.content).hexdigest() in page
    assert bytes(sealed.head_hash).hex() in page
    assert "Self-assurance by the Alliance Leadership Team" in page


def test_a_board_member_gets_the_sealed_bytes_and_is_in_the_log(client_of, bea, sealed, harbour_alliance):
    client = client_of(bea)
    fetched = client.get(at("download", harbour_alliance, 1))
    assert fetched.content == bytes(sealed.pdf.content)
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert fetched.headers["Content-Disposition"] == (
        'attachment; filename="harbour-alliance-2026-27-q2-version-1.pdf"'
    )
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in fetched.headers["Cache-Control"]
    assert Download.objects.get().downloaded_by == bea
    assert "Bea Board, Board member, Haven Homes" in words(client.get(at("report", harbour_alliance, 1)))


def test_what_is_not_sealed_cannot_be_downloaded(client_of, bea, requested, harbour_alliance):
    assert client_of(bea).get(at("download", harbour_alliance, 1)).status_code == 409
    assert not Download.objects.exists()


@pytest.mark.parametrize("name", ["reports", "request", "report", "download"])
def test_a_stranger_finds_nothing_there(client_of, stranger, cast, sealed, name):
    number = () if name in ("reports", "request") else (1,)
    client = client_of(stranger)
    assert client.get(at(name, cast.alliance, *number)).status_code == 404
    if number:  # nor through the alliance that the stranger does belong to
        assert client.get(at(name, cast.elsewhere, *number)).status_code == 404
    assert not Download.objects.exists()


def test_a_stranger_tries_nothing_again(client_of, stranger, cast, requested):
    assert client_of(stranger).post(at("attempt", cast.alliance, 1)).status_code == 404


def test_every_event_of_a_report_has_its_sentence(client_of, carol, bea, sealed, harbour_alliance):
    services.download_report(report=sealed, by=bea)
    said = words(client_of(carol).get(reverse("record", args=[harbour_alliance.slug])))
    assert "Carol Commissioner asked for the assurance report on Quarter 2 of 2026–27" in said
    assert "version 1, was sealed" in said
    assert "Bea Board (Board member, Haven Homes) downloaded assurance report 1" in said


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_of_the_database_for_1_and_3_reports(
    rows, client_of, carol, harbour_alliance, quarter, django_assert_num_queries
):
    for number in range(1, rows + 1):
        report_row(harbour_alliance, number, quarter.shifted(-number))
    client = client_of(carol)
    with django_assert_num_queries(8):
        page = client.get(at("reports", harbour_alliance))
    assert page.content.decode().count("In the making") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_for_1_and_3_downloads(
    rows, client_of, carol, bea, sealed, harbour_alliance, django_assert_num_queries
):
    for _ in range(rows):
        services.download_report(report=sealed, by=bea)
    client = client_of(carol)
    with django_assert_num_queries(10):
        page = client.get(at("report", harbour_alliance, 1))
    assert words(page).count("Bea Board, Board member") == rows


def test_the_list_never_loads_the_files(
    client_of, carol, sealed, harbour_alliance, django_assert_num_queries
):
    client = client_of(carol)
    with django_assert_num_queries(8) as asked:
        client.get(at("reports", harbour_alliance))
    assert not [one for one in asked if '"content"' in one["sql"]]


def test_a_report_waits_on_a_board_member_until_it_is_downloaded(sealed, bea, ari, pat, harbour_alliance):
    (waiting,) = waiting_on(standing(bea, harbour_alliance))
    assert (waiting.who, waiting.url) == ("me", at("report", harbour_alliance, 1))
    assert waiting_on(standing(ari, harbour_alliance)) == waiting_on(standing(pat, harbour_alliance)) == []
    services.download_report(report=sealed, by=bea)
    assert waiting_on(standing(bea, harbour_alliance)) == []


def test_a_parked_report_waits_on_those_who_can_try_again(requested, pat, bea, lee, harbour_alliance):
    assert waiting_on(standing(pat, harbour_alliance)) == []
    Errand.objects.update(attempts=outbox.PARKED_AFTER, parked_at=requested.requested_at, trouble="No.")
    (waiting,) = waiting_on(standing(pat, harbour_alliance))
    assert waiting.why.startswith("It could not be made.")
    assert waiting_on(standing(bea, harbour_alliance)) == waiting_on(standing(lee, harbour_alliance)) == []
