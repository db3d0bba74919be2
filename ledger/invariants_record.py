"""What is in the book is what the record tells of, line by line, asked of the whole book each day.

The record has a digest of every posting, made where the lines are; here they are made again and compared.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from django.db import connection

from alliance.core.invariants import in_parts, invariant
from ledger.posting import SECOND_FORM

TOLD = """
select convert_from(body, 'UTF8')::jsonb ->> 'facts' from core_event
where alliance_id = %s and kind like 'ledger.%%'
    and convert_from(body, 'UTF8')::jsonb -> 'facts' ?| array['digest', 'lines_hash'] order by seq
"""
POSTED = (
    "select number, {made}(alliance_id, id) from ledger_journal where alliance_id = %s and number = any(%s)"
)
# As bulk.GATHER had it, before what is owed for the costs came beside them.
LOADED = """
select j.number, encode(sha256(string_agg(sha256(convert_to(array_to_json(array[e.month::text, e.date::text,
    e.participant_id::text, e.account_id::text, e.budget_line_id::text, e.amount::text, e.supplier, e.description,
    e.reference])::text, 'UTF8')), ''::bytea order by e.line)), 'hex')
from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
where j.alliance_id = %s and j.number = any(%s) and e.budget_line_id is not null group by j.id
"""
READ = """
select number, lines_hash, case when starts_with(lines_hash, '2:')
    then (select digest from ledger_reading_said(alliance_id, id, reading))
    else ledger_reading_digest(alliance_id, id, reading) end
from ledger_costreturn where alliance_id = %s and number = any(%s)
"""


@invariant("Every journal's lines are those that the record tells of, and it tells of every journal.")
def _lines_as_told(alliance_id: int) -> Iterator[str]:
    # Read before the record: what is posted in the meantime is not missed there.
    sizes = dict(
        _rows(
            "select number, line_count from ledger_journal where alliance_id = %s order by key", alliance_id
        )
    )
    digests, untold = {}, set(sizes)
    for facts in _told(alliance_id, "digest"):
        if "first" in facts:
            yield from _not_as_loaded(alliance_id, facts, sizes)
            untold -= {*range(facts["first"], facts["first"] + facts["journals"])}
            continue
        beside = facts.get("used") or [facts[name] for name in ("undone",) if name in facts]
        digests |= dict(zip(beside, facts.get("beside", ()), strict=False)) | {
            facts["journal"]: facts["digest"]
        }
        untold -= {facts["journal"], *beside}
    posted = {}
    for is_second, made in ((False, "ledger_journal_digest"), (True, "ledger_journal_digest_2")):
        there = digests.keys() & sizes.keys()
        of_form = [number for number in there if digests[number].startswith(SECOND_FORM) is is_second]
        asked = {number: sizes[number] for number in of_form}
        posted |= _by_number(POSTED.format(made=made), alliance_id, asked)
    for number, digest in sorted(digests.items()):
        if number in posted and posted[number] != (digest,):
            yield f"Journal {number} has other lines than the record tells of."
    for number in sorted(untold):
        yield f"Journal {number} is in the book, and the record does not tell of it."


def _not_as_loaded(alliance_id: int, facts: dict, sizes: dict[int, int]) -> Iterator[str]:
    """What was loaded in bulk has one digest of all its journals, in the order of their keys."""
    first, last = facts["first"], facts["first"] + facts["journals"] - 1
    ours = {number: lines for number, lines in sizes.items() if first <= number <= last}
    found = _by_number(LOADED, alliance_id, ours)
    hashes = "".join(found.get(number, ("",))[0] for number in ours)
    if ours and sha256(hashes.encode()).hexdigest() != facts["digest"]:
        yield f"Journals {first} to {last} have other lines than the record tells of."


@invariant("The rows of every return in the book are those that were confirmed.")
def _rows_as_confirmed(alliance_id: int) -> Iterator[str]:
    told = {facts["number"]: facts["lines_hash"] for facts in _told(alliance_id, "lines_hash")}
    sizes = _rows("select number, line_count from ledger_costreturn where alliance_id = %s", alliance_id)
    kept = _by_number(READ, alliance_id, {number: lines for number, lines in sizes if number in told})
    for number, confirmed in sorted(told.items()):
        if number in kept and kept[number] != (confirmed, confirmed):
            yield f"Return {number} has other rows than those that were confirmed."


def _told(alliance_id: int, fact: str) -> Iterator[dict]:
    """The facts of the events that have this one."""
    for (said,) in _rows(TOLD, alliance_id):
        if fact in (facts := json.loads(said)):
            yield facts


def _by_number(statement: str, alliance_id: int, sizes: dict[int, int]) -> dict[int, tuple]:
    """Number → what the statement says of it, asked of some at a time; sizes: number → lines."""
    found = {}
    for some in in_parts(sizes):
        found |= {number: tuple(said) for number, *said in _rows(statement, alliance_id, some)}
    return found


def _rows(statement: str, *values) -> Iterable[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
