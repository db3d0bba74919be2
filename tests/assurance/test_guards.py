"""What the database itself refuses, to the login role and to the owner alike; and the nightly check (invariant 7)."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from alliance.assurance import services
from alliance.assurance.models import Report
from alliance.core import invariants

pytestmark = pytest.mark.django_db


def refused(statement: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(trouble.value)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'requested'",
        "pages = 1",
        "sealed_at = now()",
        "pdf_id = snapshot_id",
        "version = 9",
        "head_seq = 1",
        "quarter = '2020-21-q1'",
    ],
)
def test_a_sealed_report_is_never_changed(sealed, change):
    said = refused(f"update assurance_report set {change} where id = %s", sealed.pk)
    assert "never changed" in said or "stays as it was" in said


def test_a_report_is_never_deleted(sealed):
    assert "permission denied" in refused("delete from assurance_report where id = %s", sealed.pk)


def test_what_was_gathered_stays_before_the_seal_too(requested, harbour_alliance):
    invariants.self_check(harbour_alliance.pk)
    gathered = services.gather_report(report=requested)
    for change in ("cut_off = now()", "head_seq = head_seq - 1", "head_hash = '\\x00'", "snapshot_id = null"):
        assert "stays as it was gathered" in refused(
            f"update assurance_report set {change} where id = %s", gathered.pk
        )


@pytest.mark.parametrize(
    "change", ["quarter = '2020-21-q1'", "version = 2", "requested_by_id = null", "number = 7"]
)
def test_what_was_asked_for_stays_as_it_was_asked(requested, change):
    assert "stays as it was asked" in refused(
        f"update assurance_report set {change} where id = %s", requested.pk
    )


def test_a_quarter_has_one_report_in_the_making(requested, harbour_alliance, quarter):
    with pytest.raises(IntegrityError, match="one_report_of_a_quarter_is_in_the_making"):
        Report.objects.create(
            alliance=harbour_alliance, number=2, quarter=quarter.slug, version=2, covers_until=quarter.end
        )


def test_nothing_is_sealed_without_its_pdf(requested):
    assert "report_is_sealed_with_its_pdf" in refused(
        "update assurance_report set sealed_at = now() where id = %s", requested.pk
    )


@pytest.mark.parametrize(
    "statement", ["update assurance_download set capacity = ''", "delete from assurance_download"]
)
def test_the_log_of_downloads_only_grows(sealed, bea, statement):
    services.download_report(report=sealed, by=bea)
    assert "permission denied" in refused(statement)


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_cannot_change_a_sealed_report_or_the_log(sealed, bea, owner_connection):
    services.download_report(report=sealed, by=bea)
    for statement in (
        "update assurance_report set pages = pages + 1",
        "delete from assurance_report",
        "update assurance_download set capacity = 'Nobody'",
        "delete from assurance_download",
        "truncate assurance_download",
    ):
        with pytest.raises(psycopg.Error, match=r"never changed|stays said"):
            owner_connection.execute(statement)
        owner_connection.rollback()


def promise() -> invariants.Invariant:
    return next(one for one in invariants.REGISTER if one.promise.startswith("Every report is byte for byte"))


def test_a_sealed_report_keeps_the_promise(sealed, harbour_alliance):
    assert list(promise().breaks(harbour_alliance.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_a_report_whose_bytes_were_exchanged_is_found_out(sealed, harbour_alliance, owner_connection):
    owner_connection.execute("alter table core_document disable trigger user")
    owner_connection.execute("update core_document set content = '\\x00' where id = %s", [sealed.pdf_id])
    owner_connection.commit()
    assert list(promise().breaks(harbour_alliance.pk)) == [
        f"{sealed}: its pdf is not the one that was sealed."
    ]


@pytest.mark.django_db(transaction=True)
def test_a_report_that_prints_another_head_is_found_out(sealed, harbour_alliance, owner_connection):
    owner_connection.execute("alter table assurance_report disable trigger user")
    owner_connection.execute("update assurance_report set head_seq = 1 where id = %s", [sealed.pk])
    owner_connection.commit()
    assert list(promise().breaks(harbour_alliance.pk)) == [
        f"{sealed} prints event 1 as the record's head; the record has another one there."
    ]
