"""Evidence: files on a return or a row, hashed, scanned where a scanner is configured, handed out as downloads."""

import hashlib
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from alliance.core import scanner
from alliance.core.models import Errand, Event
from alliance.core.outbox import do_all_due
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.settings import scanner as scanner_setting
from ledger.errands import ask_for_scans
from ledger.models import Evidence
from ledger.services import reverse_journal, withdraw_cost_return
from tests.factories.ledger import add_evidence, cost, make_book, post_return, send_return
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 an invoice"
EICAR = b"%PDF-1.7 X5O!P%@AP EICAR"


@dataclass
class FakeClamd:
    """Speaks INSTREAM over a real socket: finds a signature in what holds EICAR, keeps what it was sent."""

    limit: int = 25 * 1024 * 1024
    answer: bytes | None = None
    seen: list[bytes] = field(default_factory=list)
    address: tuple[str, int] = ("", 0)

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                self._one(line)

    def _one(self, line: socket.socket) -> None:
        stream = line.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(stream.read(4), "big"):
            content += stream.read(size)
        if len(content) > self.limit:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.seen.append(content)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0"
        line.sendall(verdict if self.answer is None else self.answer)


@contextmanager
def a_clamd(**facts):
    fake = FakeClamd(**facts)
    server = socket.create_server(("127.0.0.1", 0))
    fake.address = server.getsockname()
    listening = threading.Thread(target=fake.serve, args=(server,), daemon=True)
    listening.start()
    try:
        yield fake
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        listening.join(5)


@pytest.fixture
def clamd(settings):
    with a_clamd() as fake:
        settings.SCANNER = fake.address
        yield fake


@pytest.fixture
def posted(cast):
    make_book(cast)
    return post_return(cast, [cost("1200.00"), cost("300.00", line="Peer support")])


# ── Added and superseded ─────────────────────────────────────────────────────


def test_evidence_is_kept_with_its_hash_before_and_after_the_return_is_in_the_book(cast):
    make_book(cast)
    ready = send_return(cast, [cost()])
    before = add_evidence(ready, cast.finn, PDF)
    posted = post_return(cast, [cost("7.00")], reference="2")
    after = add_evidence(posted, cast.finn, PDF, row=2)
    reverse_journal(journal=posted.journal, reason="Wrong.", by=cast.finn)
    posted.refresh_from_db()
    last = add_evidence(posted, cast.finn, b"%PDF-1.7 another")
    assert [(one.cost_return, one.number, one.row) for one in (before, after, last)] == [
        (ready, 1, None),
        (posted, 1, 2),
        (posted, 2, None),
    ]
    assert before.document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert {one.scan for one in (before, after, last)} == {"not_scanned"}
    event = Event.objects.filter(kind="ledger.evidence_added").order_by("seq").first()
    assert (event.facts["sha256"], event.facts["row"]) == (before.document.sha256, None)


def test_the_same_file_in_the_same_place_is_kept_once(cast, posted):
    assert add_evidence(posted, cast.finn, PDF) == add_evidence(posted, cast.finn, PDF, name="again.pdf")
    assert add_evidence(posted, cast.finn, PDF, row=2).number == 2


def test_only_the_participants_own_people_add_evidence(cast, posted):
    for person in (cast.pat, cast.rosa, cast.hana, cast.carol, cast.bea, cast.ari, cast.lee):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven Homes adds evidence"):
            add_evidence(posted, person)
    beacons = post_return(cast, [cost("5.00")], participant=cast.beacon, by=cast.rosa)
    assert add_evidence(beacons, cast.rosa).number == 1  # Beacon has nobody else


def test_another_file_takes_the_place_of_one_with_a_reason_and_both_stay(cast, posted):
    first = add_evidence(posted, cast.finn, PDF, row=2)
    with pytest.raises(NotPossible, match="Say why"):
        add_evidence(posted, cast.finn, b"%PDF-1.7 right", supersedes=first)
    second = add_evidence(posted, cast.finn, b"%PDF-1.7 right", supersedes=first, reason="The wrong month’s.")
    assert (second.row, second.supersedes, str(second.reason)) == (2, first, "The wrong month’s.")
    with pytest.raises(NotPossible, match="File 1 was replaced already"):
        add_evidence(posted, cast.finn, b"%PDF-1.7 third", supersedes=first, reason="Again.")
    assert (
        add_evidence(posted, cast.finn, PDF, supersedes=second, reason="It was right after all.").number == 3
    )


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("invoice.exe", b"MZ", "of a kind that we do not keep"),
        ("invoice.pdf", b"MZ", "is not what its name says"),
        ("invoice.pdf", b"", "is empty"),
    ],
)
def test_a_file_that_runs_or_lies_is_not_kept(cast, posted, name, content, why):
    with pytest.raises(NotPossible, match=why):
        add_evidence(posted, cast.finn, content, name=name)
    assert not Evidence.objects.exists()


def test_a_row_that_is_not_there_and_a_return_that_is_put_away_take_no_evidence(cast, posted):
    with pytest.raises(NotPossible, match="has no row 9"):
        add_evidence(posted, cast.finn, row=9)
    sent = send_return(cast, [cost("9.00")], reference="2")
    withdraw_cost_return(cost_return=sent, by=cast.finn)
    with pytest.raises(NotPossible, match="withdrawn"):
        add_evidence(sent, cast.finn)


# ── Scanned ──────────────────────────────────────────────────────────────────


def test_without_a_scanner_nothing_claims_to_have_been_scanned(cast, posted, says, url):
    kept = add_evidence(posted, cast.finn)
    assert not Errand.objects.filter(kind="ledger.scan_evidence").exists()
    ask_for_scans(TODAY.date())
    assert not Errand.objects.filter(kind="ledger.scan_evidence").exists()
    assert "Not scanned" in says(cast.ari, url("return", posted.number))
    assert (kept.scan, kept.scanned_at) == ("not_scanned", None)


def test_a_clean_file_is_scanned_whole_by_a_worker(cast, posted, clamd, says, url):
    content = b"%PDF-1.7 " + bytes(range(256)) * 1000  # more than one piece
    kept = add_evidence(posted, cast.finn, content)
    assert "Scanning" in says(cast.ari, url("return", posted.number))
    do_all_due()
    kept.refresh_from_db()
    assert (kept.scan, kept.scanned_at, kept.found) == ("clean", TODAY, "")
    assert clamd.seen == [content]
    assert "Scanned, nothing found" in says(cast.ari, url("return", posted.number))


def test_an_infected_file_is_kept_and_not_handed_out(cast, posted, clamd, client_of, says, url):
    kept = add_evidence(posted, cast.finn, EICAR)
    assert client_of(cast.ari).get(kept.get_absolute_url()).status_code == 200
    do_all_due()
    kept.refresh_from_db()
    assert (kept.scan, kept.found) == ("infected", "Eicar-Test-Signature")
    answer = client_of(cast.ari).get(kept.get_absolute_url())
    assert answer.status_code == 409
    assert b"EICAR" not in answer.content
    page = says(cast.ari, url("return", posted.number))
    assert "Eicar-Test-Signature" in page
    assert kept.get_absolute_url() not in page
    assert Event.objects.get(kind="ledger.evidence_infected").facts["sha256"] == kept.document.sha256
    right = add_evidence(posted, cast.finn, PDF, supersedes=kept, reason="A clean copy.")
    do_all_due()
    right.refresh_from_db()
    assert right.scan == "clean"


def test_a_scanner_that_is_away_is_tried_again_and_the_file_says_so(cast, posted, settings, clamd, says, url):
    there = settings.SCANNER
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.SCANNER = nobody.getsockname()
    kept = add_evidence(posted, cast.finn, PDF)
    do_all_due()
    kept.refresh_from_db()
    assert kept.scan == "failed"
    assert "Could not be scanned" in says(cast.ari, url("return", posted.number))
    errand = Errand.objects.get(kind="ledger.scan_evidence")
    assert "does not answer" in errand.trouble
    settings.SCANNER = there
    ask_for_scans(TODAY.date())
    do_all_due()
    kept.refresh_from_db()
    assert kept.scan == "clean"


def test_what_came_before_the_scanner_is_scanned_when_there_is_one(cast, posted, settings):
    kept = add_evidence(posted, cast.finn, EICAR)
    with a_clamd() as fake:
        settings.SCANNER = fake.address
        ask_for_scans(TODAY.date())
        ask_for_scans(TODAY.date())
        do_all_due()
    kept.refresh_from_db()
    assert kept.scan == "infected"
    assert len(fake.seen) == 1


@pytest.mark.parametrize(
    ("facts", "content", "why"),
    [
        ({"limit": 100}, bytes(5_000_000), "size limit exceeded"),
        ({"answer": b"stream: Can't allocate memory ERROR\0"}, PDF, "allocate memory"),
        ({"answer": b""}, PDF, "says: nothing"),
        ({"answer": b"hello\0"}, PDF, "says: hello"),
    ],
)
def test_what_is_neither_clean_nor_found_is_trouble(settings, facts, content, why):
    with a_clamd(**facts) as fake:
        settings.SCANNER = fake.address
        with pytest.raises(scanner.ScannerTrouble, match=why):
            scanner.scan(content)


def test_the_setting_names_a_clamd_or_says_the_cure():
    assert scanner_setting("") is None
    for said in ("clamd://localhost:3310", "clamd localhost:3310", "localhost:3310"):
        assert scanner_setting(said) == ("localhost", 3310)
    assert scanner_setting("clamd://[::1]:3310") == ("::1", 3310)
    for wrong in ("clamd://localhost", "localhost:", ":3310", "localhost:99999", "localhost:x"):
        with pytest.raises(ImproperlyConfigured, match="clamd://localhost:3310"):
            scanner_setting(wrong)


# ── What the database refuses ────────────────────────────────────────────────


def run(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_evidence set document_id = document_id + 1",
        "update ledger_evidence set row = 3",
        "update ledger_evidence set added_at = now()",
        "delete from ledger_evidence",
        "truncate ledger_evidence cascade",
    ],
)
def test_evidence_stays_as_it_was_added(cast, posted, statement):
    add_evidence(posted, cast.finn, row=2)
    with pytest.raises(DatabaseError):
        run(statement)


def test_what_a_scanner_found_stays_said(cast, posted, clamd):
    add_evidence(posted, cast.finn, EICAR)
    do_all_due()
    with pytest.raises(DatabaseError, match="what a scanner found stays said"):
        run("update ledger_evidence set scan = 'clean', found = ''")


COPY = """insert into ledger_evidence (alliance_id, cost_return_id, number, row, document_id, supersedes_id, reason_id,
    scan, scanned_at, found, added_at, added_by_id)
    select alliance_id, cost_return_id, {number}, {row}, document_id, {supersedes}, {reason}, {scan}, null, '',
        added_at, added_by_id from ledger_evidence where number = 1"""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"number": "5"}, "one after another"),
        ({"row": "77"}, "a row that the file has"),
        ({"scan": "'clean'"}, "not yet scanned"),
        (
            {"row": "3", "supersedes": "id", "reason": "(select min(id) from core_words)"},
            "same return and row",
        ),
    ],
)
def test_the_database_refuses_evidence_that_nobody_could_add(cast, posted, given, why):
    first = add_evidence(posted, cast.finn, row=2)
    add_evidence(posted, cast.finn, b"%PDF-1.7 b", supersedes=first, reason="Better.")
    asis = {"number": "3", "row": "row", "supersedes": "null", "reason": "null", "scan": "'not_scanned'"}
    run(COPY.format(**asis))
    with pytest.raises(DatabaseError, match=why):
        run(COPY.format(**asis | {"number": "4"} | given))


# ── In the browser ───────────────────────────────────────────────────────────


def test_evidence_is_added_on_the_row_and_opened_by_everybody(cast, posted, client_of, says, url):
    address = f"{url('add_evidence', posted.number)}?row=2"
    assert address in says(cast.finn, url("row", posted.number, 2)).replace("&amp;", "&")
    assert address not in says(cast.pat, url("row", posted.number, 2))
    assert "Add evidence for row 2" in says(cast.finn, address)
    finn = client_of(cast.finn)
    assert "Choose the file" in finn.post(address, {}).content.decode()
    wrong = finn.post(address, {"file": SimpleUploadedFile("a.exe", b"MZ")})
    assert wrong.status_code == 422
    assert "of a kind that we do not keep" in wrong.content.decode()
    sent = finn.post(address, {"file": SimpleUploadedFile("Invoice 1 – “café”.pdf", PDF)})
    assert (sent.status_code, sent["Location"]) == (303, f"{url('row', posted.number, 2)}#evidence")
    kept = Evidence.objects.get()
    for person in (cast.ari, cast.bea, cast.rosa):
        assert kept.document.sha256 in says(person, url("row", posted.number, 2))
        assert kept.document.sha256 in says(person, url("return", posted.number))
    assert kept.document.sha256 not in says(cast.ari, url("row", posted.number, 3))
    answer = client_of(cast.ari).get(kept.get_absolute_url())
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client_of(cast.stranger).get(kept.get_absolute_url()).status_code == 404


def test_a_file_is_replaced_in_the_browser(cast, posted, client_of, says, url):
    add_evidence(posted, cast.finn)
    address = f"{url('add_evidence', posted.number)}?instead=1"
    assert "Replace “invoice.pdf”" in says(cast.finn, address)
    finn = client_of(cast.finn)
    without = finn.post(address, {"file": SimpleUploadedFile("b.pdf", b"%PDF-1.7 b")})
    assert "Enter why it takes the other file’s place" in without.content.decode()
    given = {"file": SimpleUploadedFile("b.pdf", b"%PDF-1.7 b"), "reason": "It was another month’s."}
    assert finn.post(address, given).status_code == 303
    assert "File 2 took its place: “It was another month’s.”" in says(cast.ari, url("return", posted.number))
    given["file"] = SimpleUploadedFile("c.pdf", b"%PDF-1.7 c")
    again = finn.post(address, given)
    assert again.status_code == 422
    assert "File 1 was replaced already" in again.content.decode()
    for nothing in ("?instead=9", "?row=99"):
        assert finn.get(url("add_evidence", posted.number) + nothing).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_returns_page_takes_as_many_queries_with_three_files_as_with_one(
    cast, posted, client_of, url, rows, django_assert_num_queries
):
    for n in range(rows):
        add_evidence(posted, cast.finn, b"%PDF-1.7 " + str(n).encode(), row=2)
    client = client_of(cast.ari)
    client.get(url("return", posted.number))
    with django_assert_num_queries(10):
        client.get(url("return", posted.number))
