"""Files that are broken or mean harm: each is told in a sentence, none breaks anything, nothing is half-posted.

A few dozen in the suite; HOSTILE=2000 for all (make soak).
"""

import io
import os
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from alliance.core.models import Errand
from alliance.core.outbox import do_all_due
from alliance.core.spreadsheets import Room, SpreadsheetError, read_table_apart
from ledger.models import CostReturn, Entry, Journal
from tests.factories import hostile
from tests.factories.ledger import make_book

COUNT = int(os.environ.get("HOSTILE", len(hostile.MAKERS)))
IN_ONE = 50  # files of one test
STATES = {"attention", "mapping", "ready"}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("first", range(0, COUNT, IN_ONE))
def test_whatever_is_sent_there_is_an_answer_in_words_and_nothing_in_the_book(cast, client_of, first):
    make_book(cast)
    before = Journal.objects.count(), Entry.objects.count()
    client, send = client_of(cast.finn), reverse("ledger:send_return", args=[cast.alliance.slug])
    for n, name, content in hostile.corpus(first, min(first + IN_ONE, COUNT)):
        file = SimpleUploadedFile(name, content, "application/octet-stream")
        given = {"participant": cast.haven.pk, "month": "2026-11", "reference": f"file {n}", "file": file}
        answer = client.post(send, given)
        if answer.status_code == 422:
            assert "There is a problem" in answer.content.decode(), (n, name)
            continue
        assert answer.status_code == 303, (n, name)
        do_all_due()
        sent = CostReturn.objects.get(reference=f"file {n}")
        assert sent.status in STATES, (n, name, sent.status, Errand.objects.order_by("-pk").first().trouble)
        if sent.status == "attention":
            told = [one.sentence for one in sent.problems.all()]
            assert told, (n, name)
            assert all(
                8 < len(one) < 600 and "Error" not in one and "Traceback" not in one for one in told
            ), told
        pages = [
            sent.get_absolute_url(),
            reverse("ledger:problems_csv", args=[cast.alliance.slug, sent.number]),
        ]
        if sent.status != "ready":
            pages += [reverse("ledger:columns", args=[cast.alliance.slug, sent.number])]
        if sent.status == "attention":
            pages += [
                reverse(f"ledger:{page}", args=[cast.alliance.slug, sent.number]) for page in ("fix", "names")
            ]
        for page in pages:
            assert client.get(page).status_code == 200, (n, name, page)
    assert not Errand.objects.exclude(trouble="").exists()
    assert (Journal.objects.count(), Entry.objects.count()) == before


def refusal(content: bytes, **options) -> str:
    with pytest.raises(SpreadsheetError) as error:
        list(read_table_apart(content, "costs.xlsx", **options))
    return str(error.value)


def test_a_workbook_that_needs_more_memory_than_there_is_ends_its_own_process_alone():
    said = refusal(hostile.large_book(), room=Room(memory=40 * 1024 * 1024))
    assert said.startswith("'costs.xlsx' takes more memory or time to open than a list of costs can need.")


def test_a_bomb_takes_no_memory_here():
    bomb = hostile._bomb(250_000_000, hostile.SHEET)
    tracemalloc.start()
    said = refusal(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said == "'costs.xlsx' unpacks to more than 200 MB."
    assert peak < 20_000_000


def test_a_rectangle_of_sixteen_thousand_million_cells_is_refused_within_the_room():
    far = hostile._with(hostile.SHEET, lambda xml: xml.replace(b'r="H3"', b'r="XFD1048576"', 1))
    assert "costs.xlsx" in refusal(far)


def test_a_hundred_megabytes_in_one_cell_are_refused_by_their_size():
    assert refusal(b"Date,Amount\n" + b"x" * 100_000_000) == (
        "'costs.xlsx' is larger than 20 MB. Send it in parts."
    )


def test_the_other_process_gives_what_this_one_would():
    from alliance.core.spreadsheets import read_table

    for content in (hostile._book(), hostile._book("merged"), hostile._ods(hostile._row(["a", "b"]))):
        here, there = read_table(content, "x", blanks=True), read_table_apart(content, "x", blanks=True)
        assert list(there) == list(here) == list(there)
        assert there == here


def test_a_program_in_a_workbook_is_told_of_and_not_run():
    made = io.BytesIO(hostile._book())
    with zipfile.ZipFile(made, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")
    assert read_table_apart(made.getvalue(), "x").macros
