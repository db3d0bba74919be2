"""Invariant 6, twice: from the tables, and from the record alone with nothing but its own words."""

import json
from collections.abc import Iterator

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
  and (s.id is null
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


@invariant(
    "The record alone shows for each sealed decision who agreed to which words, and nothing was left unresolved."
)
def _told(alliance_id: int) -> Iterator[str]:
    yield from breaks_in_the_telling(alliance_id)


def breaks_in_the_telling(alliance_id: int) -> Iterator[str]:
    """Replays the events of decisions and holds every seal against what was told before it (rules 2, 3, 17)."""
    roll, wording, stances, objections, aside, sealed = {}, {}, {}, {}, {}, {}
    events = Event.objects.filter(alliance_id=alliance_id, kind__startswith="decisions.").order_by("seq")
    for event in events.iterator(chunk_size=2000):
        told = json.loads(bytes(event.body))["facts"]
        put = told["proposal"] if event.kind == "decisions.sealed" else told.get("number")
        match event.kind.partition(".")[2]:
            case "proposal_opened" | "wording_changed":
                if hash_of(told["wording"].encode()) != told["wording_hash"]:
                    yield f"Event {event.seq}: the wording of proposal {put} does not give its hash."
                wording[put] = told["wording_hash"]
                stances[put] = {}
                if event.kind == "decisions.proposal_opened":
                    roll[put] = [one["id"] for one in told["roll"]]
                    aside[put] = told["standing_aside"]
                    objections[put] = {}
            case "position_taken" | "position_recorded" | "position_taken_back" | "objection_raised":
                stances[put][told["participant"]["id"]] = (
                    told["stance"],
                    told["wording_hash"],
                    told["appointment"],
                )
                if event.kind == "decisions.objection_raised":
                    objections[put][told["objection"]] = told["participant"]["id"]
            case "roll_left":
                gone = told["participant"]["id"]
                roll[put].remove(gone)
                stances[put].pop(gone, None)
                objections[put] = {number: by for number, by in objections[put].items() if by != gone}
            case "objection_resolved":
                objections[put].pop(told["objection"], None)
            case "sealed":
                sealed[told["number"]] = told["wording_hash"]
                yield from _seal_holds(
                    event.seq, told, roll[put], wording[put], stances[put], objections[put], aside[put]
                )
    kept = dict(Decision.objects.filter(alliance_id=alliance_id).values_list("number", "wording_hash"))
    for number in sorted(kept.keys() ^ sealed.keys()):
        yield f"Decision {number} is {'kept but not told' if number in kept else 'told but not kept'}."
    for number in sorted(kept.keys() & sealed.keys()):
        if kept[number] != sealed[number]:
            yield f"Decision {number} has another wording's hash in the record than in its table."


def _seal_holds(seq, told, roll, wording, stances, objections, standing_aside) -> Iterator[str]:
    name = f"Decision {told['number']} (event {seq})"
    assent = {"agree", "reservation"} | ({"stand_aside"} if standing_aside else set())
    if told["wording_hash"] != wording:
        yield f"{name} was sealed on other words than the last that were told."
    if [one["participant"]["id"] for one in told["roll"]] != roll:
        yield f"{name} was sealed with another roll than the one that was frozen."
    for one in told["roll"]:
        said = (one["stance"], one["wording_hash"], one["appointment"])
        if stances.get(one["participant"]["id"]) != said or said[0] not in assent or said[1] != wording:
            yield f"{name}: {one['participant']['name']} did not assent to these words."
    if not {"agree", "reservation"} & {one["stance"] for one in told["roll"]}:
        yield f"{name}: nobody agreed."
    if objections:
        yield f"{name} was sealed over an unresolved objection."
