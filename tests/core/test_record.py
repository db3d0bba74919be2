"""The record: a chain that the database keeps, that anybody can verify, and that nobody rewrites."""

import json
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from alliance.core import export, record
from alliance.core.models import Document, Event, EventHead, Words
from alliance.core.tenancy import alliance_context
from alliance.core.verify_export import Break, event_hash, verify

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "record_vectors.json").read_text())


def tell(alliance, **facts):
    with alliance_context(alliance.pk):
        return record.record("core.record_exported", alliance, by=None, **facts)


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["says"])
def test_golden_vectors_hash_alike_in_python_in_the_database_and_in_the_verifier(db, vector):
    chain, seq = vector["chain"], vector["seq"]
    prev, body = bytes.fromhex(vector["prev_hash"]), b64decode(vector["body"])
    with connection.cursor() as cursor:
        cursor.execute("select core_event_hash(%s, %s, %s, %s)", [chain, seq, prev, body])
        from_database = bytes(cursor.fetchone()[0])
    assert from_database.hex() == vector["hash"]
    assert record.event_hash(chain, seq, prev, body).hex() == vector["hash"]
    assert event_hash(chain, seq, prev, body).hex() == vector["hash"]


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["says"])
def test_golden_vectors_of_canonical_bytes(vector):
    assert record.canonical(vector["value"]).decode() == vector["bytes"]


@pytest.mark.parametrize("vector", VECTORS["words"], ids=lambda vector: vector["says"])
def test_golden_vectors_of_commitments(vector):
    assert Words.commit(bytes.fromhex(vector["salt"]), vector["text"]).hex() == vector["commitment"]


def test_facts_are_told_as_strings_in_utc_and_nfc(cast):
    event = tell(
        cast.alliance,
        amount=Decimal("1200.50"),
        at_noon=datetime(2026, 7, 1, 11, 0, tzinfo=UTC),
        name="Cafe\u0301",
        who=cast.haven,
    )
    assert event.facts == {
        "amount": "1200.50",
        "at_noon": "2026-07-01T11:00:00.000000Z",
        "name": "Café",
        "who": {"type": "participants.participant", "id": str(cast.haven.pk), "name": "Haven Homes"},
    }


def test_a_float_is_refused_because_it_is_not_exact(cast):
    with pytest.raises(TypeError, match="float cannot be told"):
        tell(cast.alliance, amount=0.1)


def test_an_event_outside_a_transaction_is_refused(transactional_db, cast):
    with pytest.raises(AssertionError, match="shares a transaction"):
        record.record("core.record_exported", cast.alliance, by=None)


def test_each_alliance_has_its_own_chain_from_one_without_a_gap(cast):
    for _ in range(3):
        tell(cast.alliance)
        tell(cast.elsewhere)
    for alliance in (cast.alliance, cast.elsewhere):
        seqs = list(Event.objects.filter(alliance=alliance).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))
        assert list(record.breaks_in_chain(alliance.pk)) == []
    chains = set(EventHead.objects.values_list("chain", flat=True))
    assert len(chains) == 2


def test_a_rolled_back_act_leaves_no_gap(cast):
    before = record.head(cast.alliance.pk).seq

    def told_and_regretted():
        with transaction.atomic():
            tell(cast.alliance)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        told_and_regretted()
    tell(cast.alliance)
    assert record.head(cast.alliance.pk).seq == before + 1
    assert list(record.breaks_in_chain(cast.alliance.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_still_make_one_chain(cast):
    before = record.head(cast.alliance.pk).seq

    def work():
        try:
            for _ in range(10):
                tell(cast.alliance)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert record.head(cast.alliance.pk).seq == before + 80
    assert list(record.breaks_in_chain(cast.alliance.pk)) == []


def test_the_database_gives_the_place_and_the_hash_whatever_is_sent(cast):
    said = {
        "v": 1, "kind": "x.y", "at": "2026-01-01T00:00:00.000000Z", "actor": None,
        "subject": {"type": "a.b", "id": "1"}, "facts": {},
    }  # fmt: skip
    before = record.head(cast.alliance.pk)
    forged = Event.objects.create(
        alliance=cast.alliance, seq=999, prev_hash=b"forged", hash=b"forged", kind="x.y", body=record.canonical(said),
        at=datetime(2026, 1, 1, tzinfo=UTC), subject_type="a.b", subject_id=1,
    )  # fmt: skip
    forged.refresh_from_db()
    assert forged.seq == before.seq + 1
    assert bytes(forged.prev_hash) == bytes(before.hash)
    assert list(record.breaks_in_chain(cast.alliance.pk)) == []


@pytest.mark.parametrize(
    "changed",
    [{"kind": "x.z"}, {"subject_id": 2}, {"subject_type": "a.c"}, {"at": datetime(2026, 1, 2, tzinfo=UTC)}],
)
def test_columns_must_say_what_the_body_says(cast, changed):
    said = {
        "v": 1, "kind": "x.y", "at": "2026-01-01T00:00:00.000000Z", "actor": None,
        "subject": {"type": "a.b", "id": "1"}, "facts": {},
    }  # fmt: skip
    columns = {
        "kind": "x.y",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "subject_type": "a.b",
        "subject_id": 1,
    } | changed
    with pytest.raises(IntegrityError, match="must say what its body says"), transaction.atomic():
        Event.objects.create(
            alliance=cast.alliance, seq=0, prev_hash=b"", hash=b"", body=record.canonical(said), **columns
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update core_event set kind = 'x'",
        "delete from core_event",
        "truncate core_event cascade",
        "update core_eventhead set seq = 0",
        "insert into core_eventhead select * from core_eventhead",
        "delete from core_eventhead",
        "update core_document set name = 'x'",
        "delete from core_words",
        "set session_replication_role = replica",
        "alter table core_event disable trigger all",
        "drop trigger core_event_joins_the_chain on core_event",
        "create or replace function core_refuse() returns trigger language plpgsql as $$begin return new; end$$",
    ],
)
def test_the_applications_role_cannot(cast, statement):
    tell(cast.alliance)
    Document.keep(alliance_id=cast.alliance.pk, name="a", content=b"a", media_type="text/plain", by=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_of_the_tables_is_refused(cast, owner_connection):
    for statement in (
        "update core_event set kind = 'x'",
        "delete from core_event",
        "truncate core_event cascade",
    ):
        with pytest.raises(Exception, match="never changed or deleted"):
            owner_connection.execute(statement)
        owner_connection.rollback()


@pytest.mark.django_db(transaction=True)
def test_who_forces_a_change_past_the_guards_is_found_out_and_named(cast, owner_connection):
    event = tell(cast.alliance, amount=Decimal("10.00"))
    tell(cast.alliance)
    forged = bytes(event.body).replace(b"10.00", b"99.00")
    owner_connection.execute("alter table core_event disable trigger user")
    owner_connection.execute("update core_event set body = %s where id = %s", [forged, event.pk])
    owner_connection.execute("alter table core_event enable always trigger core_event_is_never_changed")
    owner_connection.commit()
    event.refresh_from_db()
    assert list(record.breaks_in_chain(cast.alliance.pk)) == [
        f"Event {event.seq} was changed: its words do not give its hash."
    ]


def test_a_head_on_paper_is_found_in_the_chain_or_not(cast):
    tell(cast.alliance)
    then = record.head(cast.alliance.pk)
    paper = (then.seq, bytes(then.hash).hex())
    tell(cast.alliance)
    assert list(record.breaks_in_chain(cast.alliance.pk, paper)) == []
    assert list(record.breaks_in_chain(cast.alliance.pk, (then.seq, "0" * 64))) != []
    assert list(record.breaks_in_chain(cast.alliance.pk, (then.seq + 5, paper[1]))) == [
        f"The paper names event {then.seq + 5}; the chain ends at {then.seq + 1}."
    ]


def test_words_are_committed_to_and_not_told(cast):
    words = Words.write(cast.alliance.pk, "I was frightened of the waiting room.")
    event = tell(cast.alliance, reason=words)
    assert event.facts == {"reason": {"commitment": bytes(words.commitment).hex()}}
    assert b"frightened" not in bytes(event.body)


def test_redacted_words_leave_a_mark_and_the_record_still_verifies(cast):
    words = Words.write(cast.alliance.pk, "Jo Bloggs, 12 Harbour Street")
    tell(cast.alliance, reason=words)
    with pytest.raises(IntegrityError, match="only be redacted"), transaction.atomic():
        Words.objects.filter(pk=words.pk).update(text="something nicer")
    Words.objects.filter(pk=words.pk).update(
        text="",
        salt=b"",
        redacted_at=datetime(2026, 11, 1, tzinfo=UTC),
        redacted_by=cast.lena,
        redaction_reason="names a person",
    )
    words.refresh_from_db()
    assert str(words) == "[redacted on 1 November 2026: names a person]"
    assert list(record.words_that_do_not_match(cast.alliance.pk)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Words.objects.filter(pk=words.pk).update(redaction_reason="another reason")


def exported(alliance) -> list[str]:
    return [json.dumps(line) for line in export.record_lines(alliance)]


def test_the_stand_alone_verifier_accepts_an_export_and_its_head_on_paper(cast, tmp_path):
    words = Words.write(cast.alliance.pk, "Because it is right.")
    tell(cast.alliance, reason=words)
    end = record.head(cast.alliance.pk)
    paper = (end.seq, bytes(end.hash).hex())
    assert verify(exported(cast.alliance), paper) == (end.seq, 1, 0)
    file = tmp_path / "record.jsonl"
    file.write_text("\n".join(exported(cast.alliance)))
    script = Path(settings.BASE_DIR) / "alliance" / "core" / "verify_export.py"
    said = subprocess.run(
        [sys.executable, "-I", "-S", script, file, "--head", f"{paper[0]}:{paper[1]}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (
        0,
        f"The record holds. {end.seq} events, 1 people's words (0 redacted).\n",
    )


def _swap(lines, number, **changes):
    return [*lines[:number], json.dumps(json.loads(lines[number]) | changes), *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda lines: [], "empty"),
        (lambda lines: lines[:2] + lines[3:], "Event 2 is missing"),
        (lambda lines: lines[:3], "The chain ends at event 2"),
        (lambda lines: _swap(lines, 2, body=b64encode(b'{"facts": {}}').decode()), "Event 2 was changed"),
        (lambda lines: _swap(lines, 2, prev_hash="00" * 32), "Event 2 does not follow"),
        (lambda lines: _swap(lines, -1, text="Because I say so."), "not those that were committed to"),
        (lambda lines: lines[:-1], "are not in the file"),
        (lambda lines: [*lines[:-1], lines[-1][:20]], "is not complete"),
        (lambda lines: ["[]", *lines[1:]], "Line 1 is not written as"),
        (lambda lines: [*lines[:2], "7", *lines[3:]], "Line 3 is not written as"),
        (lambda lines: _swap(lines, 2, body=7), "Line 3 is not written as"),
        (lambda lines: _swap(lines, 2, prev_hash=None), "Line 3 is not written as"),
        (lambda lines: [*lines[:2], "[" * 100_000, *lines[3:]], "Line 3 is not"),
        (lambda lines: [*lines, '{"commitment": "00"}'], "is not written as"),
    ],
)
def test_the_stand_alone_verifier_names_every_forgery(cast, forge, said):
    tell(cast.alliance, reason=Words.write(cast.alliance.pk, "Because it is right."))
    lines = exported(cast.alliance)
    with pytest.raises(Break, match=said):
        verify(forge(lines))


def test_a_forged_export_says_nothing_of_its_own_to_the_terminal(cast):
    """A number that moves the cursor back could write "The record holds." over what is found."""
    tell(cast.alliance)
    with pytest.raises(Break) as found:
        verify(_swap(exported(cast.alliance), 1, seq="2\x1b[2K\rThe record holds."))
    assert str(found.value).isprintable()


def test_news_travels_up_inside_the_recording_transaction(cast, monkeypatch):
    monkeypatch.setattr(record, "_subscribers", defaultdict(list))
    heard = []

    @record.subscribe("core.record_exported")
    def hear(event, subject):
        heard.append((event.kind, subject, connection.in_atomic_block))

    tell(cast.alliance)
    assert heard == [("core.record_exported", cast.alliance, True)]
