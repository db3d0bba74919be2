"""Nothing of one alliance names, or moves to, another: every column of every table is tried."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg import sql

from alliance.core import invariants
from alliance.core.models import Document, Words
from decisions.models import PrincipleTest
from decisions.services.shared import write_wording
from participants.models import Principle, RoleAppointment
from tests.factories.decisions import answer, make_draft, make_proposal

FOREIGN = "What belongs to an alliance names nothing of another"
STAYS = "What belongs to an alliance stays with it"

# What else a table asks of its rows, so that a row can be tried that has nothing but its alliance and one name.
ALL_ELSE = """
select format('alter table %%s drop constraint %%I cascade', conrelid::regclass, conname) from pg_constraint k
where conrelid = %(table)s::regclass and (contype in ('c', 'x') or contype = 'p' and not exists (
    select from pg_attribute where attrelid = k.conrelid and attnum = any (k.conkey) and attidentity <> ''))
union all
select format('alter table %%s alter %%I drop not null', attrelid::regclass, attname) from pg_attribute a
where attrelid = %(table)s::regclass and attnum > 0 and attnotnull and not attisdropped and attidentity = ''
union all
select format('alter table %%s disable trigger %%I', tgrelid::regclass, tgname) from pg_trigger
where tgrelid = %(table)s::regclass and not tgisinternal
    and tgname !~ '(_cites_its_own|_keeps_its_alliance)$'
"""


class Workshop:
    """Tables taken apart in a transaction of their owner that is rolled back."""

    def __init__(self, connection: psycopg.Connection):
        self.connection, self.bared = connection, set()
        self.ours, self.theirs = (
            one for (one,) in self.all("select id from participants_alliance order by id")
        )

    def all(self, statement: str, *values) -> list[tuple]:
        return self.connection.execute(statement, values or None).fetchall()

    def run(self, statement: str, *names: str, **values) -> psycopg.Cursor:
        return self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)

    def bare(self, table: str) -> None:
        if table not in self.bared:
            self.bared.add(table)
            for (statement,) in self.connection.execute(ALL_ELSE, {"table": table}).fetchall():
                self.connection.execute(statement)

    def row(self, table: str, column: str, alliance: int, **names) -> int:
        """A new row with hardly anything in it; returns what its `column` got."""
        self.bare(table)
        places = ", ".join(["{}"] * (len(names) + 1))
        values = ", ".join(f"%({one})s" for one in ("alliance_id", *names))
        statement = f"insert into {{}} ({places}) values ({values}) returning {{}}"
        columns = (table, "alliance_id", *names, column)
        return self.run(statement, *columns, alliance_id=alliance, **names).fetchone()[0]

    def refused(self, act, *arguments, **values) -> str:
        with pytest.raises(psycopg.errors.CheckViolation) as trouble, self.connection.transaction():
            act(*arguments, **values)
        return str(trouble.value)


@pytest.fixture
def workshop(owner_connection) -> Workshop:
    return Workshop(owner_connection)


def test_no_column_of_any_table_names_what_belongs_to_another_alliance(workshop):
    tried = workshop.all("select citing::text, by_column, cited::text, cited_column from core_citations()")
    rows = {
        (table, column): [
            one if column == "alliance_id" else workshop.row(table, column, one)
            for one in (workshop.ours, workshop.theirs)
        ]
        for table, column in {one[2:] for one in tried}
    }
    for citing, by, *cited in tried:
        own, foreign = rows[tuple(cited)]
        workshop.bare(citing)
        said = workshop.refused(workshop.row, citing, by, workshop.ours, **{by: foreign})
        assert FOREIGN in said, (citing, by)
        assert f"{by} on {citing}" in said
        with workshop.connection.transaction():
            workshop.row(citing, by, workshop.ours, **{by: own})
            change = "update {} set {} = %(foreign)s where {} = %(own)s"
            said = workshop.refused(workshop.run, change, citing, by, by, foreign=foreign, own=own)
            assert f"{by} on {citing}" in said
            raise psycopg.Rollback
    assert len(tried) > 150
    assert {("decisions_position", "evidence_file_id"), ("learning_answer", "words_id")} < {
        one[:2] for one in tried
    }


def test_nothing_moves_to_another_alliance(workshop):
    tables = workshop.all(
        "select attrelid::regclass::text from pg_attribute join pg_class c on c.oid = attrelid"
        " where attname = 'alliance_id' and relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    assert len(tables) > 60
    for (table,) in tables:
        workshop.bare(table)
        insert = "insert into {} (alliance_id) values (%(ours)s) on conflict do nothing"
        workshop.run(insert, table, ours=workshop.ours)
        move = "update {} set alliance_id = %(theirs)s where alliance_id = %(ours)s"
        assert STAYS in workshop.refused(
            workshop.run, move, table, ours=workshop.ours, theirs=workshop.theirs
        ), table


@pytest.mark.django_db
class TestAsTheApplication:
    """With every guard in its place, by SQL as the role that it logs in as."""

    @pytest.fixture
    def proposal(self, cast):
        return make_proposal(cast.council, cast.carol)

    def insert_position(self, cast, proposal, **changes):
        facts = {
            "alliance_id": cast.alliance.pk, "proposal_id": proposal.pk, "wording_id": proposal.current_wording_id,
            "participant_id": cast.beacon.pk, "stance": "abstain", "taken_at": timezone.now(),
            "taken_by_id": cast.rosa.pk, "taken_by_name": "Rosa", "capacity": "representative", "in_place_of": "",
            "appointment_id": RoleAppointment.objects.get(person=cast.rosa).pk, "typed_by_name": "", "heard": "",
            "reason_id": Words.write(cast.alliance.pk, "Ours.").pk,
        } | changes  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"insert into decisions_position ({', '.join(facts)}) values ({', '.join(['%s'] * len(facts))})",
                list(facts.values()),
            )

    def test_an_answer_has_reasons_of_its_own_alliance(self, cast, proposal):
        theirs = Words.write(cast.elsewhere.pk, "A secret of the others.")
        with pytest.raises(DatabaseError, match=FOREIGN):
            self.insert_position(cast, proposal, reason_id=theirs.pk)
        self.insert_position(cast, proposal)

    def test_an_answer_shows_files_of_its_own_alliance(self, cast, proposal):
        theirs = Document.keep(
            alliance_id=cast.elsewhere.pk,
            name="their.pdf",
            content=b"x",
            media_type="application/pdf",
            by=None,
        )
        on_behalf = {
            "typed_by_id": cast.carol.pk, "typed_by_name": "Carol", "heard": "letter",
            "evidence_id": Words.write(cast.alliance.pk, "Her letter of Monday.").pk,
            "contestable_until": timezone.localdate() + timedelta(days=1),
        }  # fmt: skip
        with pytest.raises(DatabaseError, match=FOREIGN):
            self.insert_position(cast, proposal, **on_behalf, evidence_file_id=theirs.pk)
        self.insert_position(cast, proposal, **on_behalf)

    def test_one_stranger_among_many_rows_is_found(self, cast):
        draft = make_draft(cast.council, cast.carol)
        case = replace(draft.case, tests={})
        wording = write_wording(draft, 1, case, (), note=None, at=timezone.now(), by=cast.carol)
        principles = [
            *Principle.objects.filter(alliance=cast.alliance),
            Principle.objects.filter(alliance=cast.elsewhere).first(),
        ]
        tests = [
            PrincipleTest(
                alliance=cast.alliance, wording=wording, principle=one, effect="supports", words="x"
            )
            for one in principles
        ]
        with pytest.raises(DatabaseError, match=FOREIGN), transaction.atomic():
            PrincipleTest.objects.bulk_create(tests)
        assert len(PrincipleTest.objects.bulk_create(tests[:-1])) == 7

    def test_the_self_check_finds_nothing(self, cast, proposal):
        self.insert_position(cast, proposal)
        assert list(invariants._apart(cast.alliance.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_the_self_check_names_what_was_mixed_up_by_somebody_with_the_keys(cast, owner_connection):
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    theirs = Words.write(cast.elsewhere.pk, "A secret of the others.")
    owner_connection.execute("alter table decisions_position disable trigger user")
    owner_connection.execute("update decisions_position set reason_id = %s", [theirs.pk])
    owner_connection.commit()
    assert list(invariants._apart(cast.alliance.pk)) == [
        "decisions_position.reason_id names what belongs to another alliance, in 1 row."
    ]
    assert list(invariants._apart(cast.elsewhere.pk)) == []
