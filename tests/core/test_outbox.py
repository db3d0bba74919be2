"""Ask now, do later: nothing is lost, nothing is done twice, and what cannot be done says so."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alliance.core import outbox
from alliance.core.models import Errand
from alliance.core.outbox import Run, enqueue, errand

done: list[str] = []


@errand("test.write_a_line")
def write_a_line(run: Run) -> None:
    with run.step("Writing", 50):
        done.append(run.payload["line"])


@errand("test.fail")
def fail(run: Run) -> None:
    with run.step("Trying", 10):
        raise RuntimeError("the printer is on fire")


@pytest.fixture(autouse=True)
def _clean_slate():
    done.clear()


@pytest.fixture
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr(outbox, "ring", heard.append)
    return heard


def ask(alliance, key="a", kind="test.write_a_line", **more) -> Errand:
    return enqueue(kind, key=key, alliance_id=alliance.pk, line=f"line {key}", **more)


def test_asking_twice_is_asking_once(cast):
    assert ask(cast.alliance) == ask(cast.alliance)
    assert Errand.objects.filter(kind="test.write_a_line").count() == 1


def test_the_bell_rings_after_commit_and_never_before(cast, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = ask(cast.alliance)
        assert rings == []
    assert rings == [row.pk]


def test_a_queue_that_does_not_answer_is_no_reason_to_fail(cast, monkeypatch):
    from alliance.core import tasks

    def dead(*args, **kwargs):
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(tasks.do_errand, "apply_async", dead)
    row = ask(cast.alliance)
    outbox.ring(row.pk)
    assert outbox.do(row.pk)


def test_doing_tells_its_stage_and_finishes_once(cast):
    row = ask(cast.alliance)
    assert outbox.do(row.pk)
    assert not outbox.do(row.pk)
    row.refresh_from_db()
    assert (row.stage, row.progress, row.attempts, row.finished_at is None) == ("Writing", 100, 1, False)
    assert done == ["line a"]


def test_the_alliance_is_set_inside_a_step_only(cast):
    seen = []

    def look(run):
        with run.step("Looking"), connection.cursor() as cursor:
            cursor.execute("select current_setting('app.alliance', true)")
            seen.append(cursor.fetchone()[0])

    row = ask(cast.alliance)
    outbox._doers["test.write_a_line"], kept = look, outbox._doers["test.write_a_line"]
    try:
        outbox.do(row.pk)
    finally:
        outbox._doers["test.write_a_line"] = kept
    assert seen == [str(cast.alliance.pk)]


def test_what_fails_is_tried_later_and_parked_after_five_attempts_with_its_reason(cast):
    row = ask(cast.alliance, kind="test.fail")
    for attempt in range(1, outbox.PARKED_AFTER + 1):
        Errand.objects.filter(pk=row.pk).update(due_at=timezone.now())
        assert not outbox.do(row.pk)
        row.refresh_from_db()
        assert row.attempts == attempt
        assert row.trouble == "RuntimeError: the printer is on fire"
        assert (row.parked_at is not None) == (attempt == outbox.PARKED_AFTER)
    assert row not in Errand.objects.open()
    outbox.try_again(row)
    row.refresh_from_db()
    assert (row.parked_at, row.attempts) == (None, 0)


def test_what_takes_its_worker_down_each_time_is_parked_too(cast):
    row = ask(cast.alliance)
    Errand.objects.filter(pk=row.pk).update(attempts=outbox.PARKED_AFTER)
    assert not outbox.do(row.pk)
    row.refresh_from_db()
    assert row.parked_at is not None
    assert "The worker was lost" in row.trouble
    assert done == []


def test_a_failed_step_leaves_nothing_behind(cast):
    def half(run):
        with run.step("Half"):
            Errand.objects.create(kind="x", key="half-way")
            raise RuntimeError

    row = ask(cast.alliance)
    outbox._doers["test.write_a_line"], kept = half, outbox._doers["test.write_a_line"]
    try:
        outbox.do(row.pk)
    finally:
        outbox._doers["test.write_a_line"] = kept
    assert not Errand.objects.filter(key="half-way").exists()


def test_the_sweep_rings_for_what_is_due_and_not_for_the_rest(cast, rings):
    due = ask(cast.alliance, "due")
    later = ask(cast.alliance, "later", due_at=timezone.now() + timedelta(hours=1))
    finished = ask(cast.alliance, "finished")
    outbox.do(finished.pk)
    rings.clear()
    outbox.sweep()
    assert due.pk in rings
    assert later.pk not in rings
    assert finished.pk not in rings


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_one_errand_do_it_once(cast):
    with transaction.atomic():
        row = ask(cast.alliance)

    def work():
        try:
            outbox.do(row.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["line a"]


def test_two_schedulers_ask_for_each_days_self_check_once(cast, run_errands):
    from alliance.core.invariants import last_self_check
    from alliance.core.schedule import ask_for_what_is_due

    ask_for_what_is_due()
    ask_for_what_is_due()
    assert Errand.objects.filter(kind="core.self_check", alliance=cast.alliance).count() == 1
    run_errands()
    assert last_self_check(cast.alliance.pk).breaks == []
