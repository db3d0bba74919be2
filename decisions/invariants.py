"""Invariant 6, twice: from the tables, and from the record alone with nothing but its own words."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from alliance.core.invariants import invariant
from alliance.core.models import Event
from decisions.case import hash_of
from decisions.models import Decision

FROM_THE_TABLES = """
select d.number, p.name,
       case when s.id is null then 'has no position on its wording'
            when not (s.stance in ('agree', 'reservation') or (s.stance = 'stand_aside' and put.standing_aside))
                then 'does not assent to it'
            when w.hash <> d.wording_hash or w.hash <> encode(sha256('concordat/wording/1'::bytea || w.body), 'hex')
                then 'assented to other words'
            when s.contestable_until >= d.decided_on then 'could still contest what was recorded on its behalf'
            else 'was spoken for by somebody who was not authorised that day' end
from decisions_decision d
join decisions_proposal put on put.id = d.proposal_id
join decisions_rollentry r on r.proposal_id = d.proposal_id
join participants_participant p on p.id = r.participant_id
left join decisions_position s on s.proposal_id = d.proposal_id and s.participant_id = r.participant_id
    and s.wording_id = d.wording_id and not exists (select from decisions_position l where l.replaces_id = s.id)
left join decisions_wording w on w.id = s.wording_id
left join participants_roleappointment a on a.id = s.appointment_id
where d.alliance_id = %s and d.kind = 'key'
  and not exists (select from decisions_rolldeparture away where away.entry_id = r.id)
  and (s.id is null or s.contestable_until >= d.decided_on
       or p.left_on < (s.taken_at at time zone 'Europe/London')::date
       or not (s.stance in ('agree', 'reservation') or (s.stance = 'stand_aside' and put.standing_aside))
       or w.hash <> d.wording_hash
       or w.hash <> encode(sha256('concordat/wording/1'::bytea || w.body), 'hex')
       or a.person_id <> s.taken_by_id or a.participant_id <> s.participant_id
       or a.role not in ('representative', 'deputy', 'senior')
       or a.from_on > (s.taken_at at time zone 'Europe/London')::date
       or a.until_on < (s.taken_at at time zone 'Europe/London')::date
       or a.ended_at < s.taken_at)
order by d.number, r.place
"""


@invariant(
    "A sealed decision has, for every participant on its frozen roll, an assent to the same wording by somebody "
    "authorised that day."
)
def _sealed(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(FROM_THE_TABLES, [alliance_id])
        for number, participant, trouble in cursor.fetchall():
            yield f"Decision {number}: {participant} {trouble}."


DECIDED_ALONE = """
select d.number,
       case when w.hash <> d.wording_hash
                or w.hash <> encode(sha256('concordat/wording/1'::bytea || w.body), 'hex')
                then 'has other words than its hash'
            when a.id is null or a.person_id <> d.sealed_by_id or a.participant_id <> put.participant_id
                or a.from_on > d.decided_on or a.until_on < d.decided_on or a.ended_at < d.sealed_at
                then 'was taken by somebody who did not speak for its organisation that day'
            when d.kind = 'operational' then 'goes beyond its delegation'
            else 'is about a matter that was not reserved when it was begun' end
from decisions_decision d
join decisions_proposal put on put.id = d.proposal_id
join decisions_wording w on w.id = d.wording_id
left join participants_roleappointment a on a.id = d.decided_as_id
left join decisions_delegation g on g.id = put.delegation_id
left join decisions_reservedmatter m on m.id = put.matter_id
where d.alliance_id = %s and d.kind <> 'key'
  and (w.hash <> d.wording_hash or w.hash <> encode(sha256('concordat/wording/1'::bytea || w.body), 'hex')
       or a.id is null or a.person_id <> d.sealed_by_id or a.participant_id <> put.participant_id
       or a.from_on > d.decided_on or a.until_on < d.decided_on or a.ended_at < d.sealed_at
       or (d.kind = 'operational' and (g.id is null or g.person_id <> d.sealed_by_id or g.from_on > d.decided_on
           or g.until_on < d.decided_on or g.ended_on <= d.decided_on or coalesce(w.amount, 0) > g."limit"))
       or (d.kind = 'reserved' and (m.id is null or m.holder_id <> put.participant_id
           or m.listed_at > put.drafted_at or m.ended_on <= d.decided_on)))
order by d.number
"""


@invariant(
    "What one person decided alone was theirs to decide: within a delegation, or reserved before it began."
)
def _decided_alone(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(DECIDED_ALONE, [alliance_id])
        for number, trouble in cursor.fetchall():
            yield f"Decision {number} {trouble}."


@invariant(
    "The record alone shows for each sealed decision who agreed to which words, and nothing was left unresolved."
)
def _told(alliance_id: int) -> Iterator[str]:
    yield from breaks_in_the_telling(alliance_id)


@dataclass
class _Put:
    """What the record has told of one proposal so far; `roll` is None before it told of its opening."""

    roll: list[int] | None = None
    wording: str = ""
    aside: bool = False
    stances: dict[int, tuple] = field(default_factory=dict)
    objections: dict[int, int] = field(default_factory=dict)


OF_WHAT_IS_OPEN = frozenset(
    {
        "wording_changed",
        "position_taken",
        "position_recorded",
        "position_taken_back",
        "objection_raised",
        "objection_resolved",
        "roll_left",
        "sealed",
    }
)


def breaks_in_the_telling(alliance_id: int) -> Iterator[str]:
    """Replays the events of decisions and holds every seal against what was told before it (rules 2, 3, 17)."""
    proposals: dict[int, _Put] = defaultdict(_Put)
    delegations, matters, sealed = {}, {}, {}
    events = Event.objects.filter(alliance_id=alliance_id, kind__startswith="decisions.").order_by("seq")
    for event in events.iterator(chunk_size=2000):
        told = json.loads(bytes(event.body))["facts"]
        put = told["proposal"] if event.kind == "decisions.sealed" else told.get("number")
        name = event.kind.partition(".")[2]
        if name in OF_WHAT_IS_OPEN and proposals[put].roll is None:
            yield f"Event {event.seq} is about proposal {put}, which the record never told as opened."
            proposals[put].roll = []
        match name:
            case "proposal_opened" | "wording_changed":
                if hash_of(told["wording"].encode()) != told["wording_hash"]:
                    yield f"Event {event.seq}: the wording of proposal {put} does not give its hash."
                if name == "proposal_opened":
                    proposals[put] = _Put([one["id"] for one in told["roll"]], aside=told["standing_aside"])
                proposals[put].wording, proposals[put].stances = told["wording_hash"], {}
            case "position_taken" | "position_recorded" | "position_taken_back" | "objection_raised":
                proposals[put].stances[told["participant"]["id"]] = (
                    told["stance"],
                    told["wording_hash"],
                    told["appointment"],
                )
                if name == "objection_raised":
                    proposals[put].objections[told["objection"]] = told["participant"]["id"]
            case "roll_left":
                gone, left = told["participant"]["id"], proposals[put]
                if gone not in left.roll:
                    who = told["participant"]["name"]
                    yield f"Event {event.seq}: {who} left the roll of proposal {put} without being on it."
                left.roll = [one for one in left.roll if one != gone]
                left.stances.pop(gone, None)
                left.objections = {number: by for number, by in left.objections.items() if by != gone}
            case "objection_resolved":
                proposals[put].objections.pop(told["objection"], None)
            case "delegation_granted":
                delegations[put] = told
            case "delegation_ended":
                delegations.pop(put, None)
            case "reserved_matter_listed":
                matters[put] = told
            case "reserved_matter_ended":
                matters.pop(put, None)
            case "decided_alone":
                sealed[told["number"]] = told["wording_hash"]
                yield from _right_holds(event, told, delegations, matters)
            case "sealed":
                sealed[told["number"]] = told["wording_hash"]
                yield from _seal_holds(event.seq, told, proposals[put])
    kept = dict(Decision.objects.filter(alliance_id=alliance_id).values_list("number", "wording_hash"))
    for number in sorted(kept.keys() ^ sealed.keys()):
        yield f"Decision {number} is {'kept but not told' if number in kept else 'told but not kept'}."
    for number in sorted(kept.keys() & sealed.keys()):
        if kept[number] != sealed[number]:
            yield f"Decision {number} has another wording's hash in the record than in its table."


def _seal_holds(seq: int, told: dict, put: _Put) -> Iterator[str]:
    name = f"Decision {told['number']} (event {seq})"
    assent = {"agree", "reservation"} | ({"stand_aside"} if put.aside else set())
    if told["wording_hash"] != put.wording:
        yield f"{name} was sealed on other words than the last that were told."
    if [one["participant"]["id"] for one in told["roll"]] != put.roll:
        yield f"{name} was sealed with another roll than the one that was frozen."
    for one in told["roll"]:
        said = (one["stance"], one["wording_hash"], one["appointment"])
        given = put.stances.get(one["participant"]["id"])
        if given != said or said[0] not in assent or said[1] != put.wording:
            yield f"{name}: {one['participant']['name']} did not assent to these words."
    if not {"agree", "reservation"} & {one["stance"] for one in told["roll"]}:
        yield f"{name}: nobody agreed."
    if put.objections:
        yield f"{name} was sealed over an unresolved objection."


def _right_holds(event: Event, told: dict, delegations: dict, matters: dict) -> Iterator[str]:
    """Rules 1, 12: the right was told before, to this person or this organisation, and reaches that far."""
    name = f"Decision {told['number']} (event {event.seq})"
    if hash_of(told["wording"].encode()) != told["wording_hash"]:
        yield f"{name}: its wording does not give its hash."
    if told["delegation"] is None:
        matter = matters.get(told["matter"])
        if matter is None or matter["holder"]["id"] != told["participant"]["id"]:
            yield f"{name} is about a matter that the record does not reserve to {told['participant']['name']}."
        return
    given = delegations.get(told["delegation"])
    if given is None or given["person"]["id"] != str(event.actor_id):
        yield f"{name} cites a delegation that the record does not give to whoever decided."
    elif given["limit"] is not None and Decimal(told["amount"] or 0) > Decimal(given["limit"]):
        yield f"{name} goes beyond the limit of its delegation."
