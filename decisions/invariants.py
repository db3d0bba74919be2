"""Invariant 6, twice: from the tables, and from the record alone with nothing but its own words."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from alliance.core.invariants import invariant, moment
from alliance.core.models import Event
from decisions.case import hash_of
from decisions.models import Decision, RollEntry

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


DATED_OTHERWISE = """
with told as (
    select seq, at, subject_id,
           case split_part(kind, '.', 2) when 'proposal_opened' then 'wording' when 'wording_changed' then 'wording'
               when 'sealed' then 'decision' when 'decided_alone' then 'decision' else 'position' end as what,
           convert_from(body, 'UTF8')::jsonb -> 'facts' as facts
    from core_event
    where alliance_id = %(alliance)s and kind in (
        'decisions.proposal_opened', 'decisions.wording_changed', 'decisions.position_taken',
        'decisions.position_recorded', 'decisions.position_taken_back', 'decisions.objection_raised',
        'decisions.sealed', 'decisions.decided_alone')),
kept as (
    select 'wording' as what, p.id, w.version::text as key, w.written_at as at, p.number,
           format('Version %%s of proposal %%s', w.version, p.number) as named
    from decisions_wording w join decisions_proposal p on p.id = w.proposal_id
    where w.alliance_id = %(alliance)s and p.kind = 'key' and p.opened_at is not null
    union all
    select 'wording', p.id, '1', p.opened_at, p.number, format('The opening of proposal %%s', p.number)
    from decisions_proposal p where p.alliance_id = %(alliance)s and p.kind = 'key' and p.opened_at is not null
    union all
    select 'position', p.id, s.id::text, s.taken_at, p.number,
           format('The answer of %%s to proposal %%s', o.name, p.number)
    from decisions_position s join decisions_proposal p on p.id = s.proposal_id
    join participants_participant o on o.id = s.participant_id
    where s.alliance_id = %(alliance)s
    union all
    select 'decision', d.id, '', d.sealed_at, d.number, format('Decision %%s', d.number)
    from decisions_decision d where d.alliance_id = %(alliance)s)
select k.named, k.at, t.seq, t.at
from kept k left join told t on t.what = k.what and t.subject_id = k.id
    and k.key = coalesce(case k.what when 'wording' then t.facts ->> 'version' else t.facts ->> 'position' end, '')
where t.seq is null or t.at - k.at not between interval '-1 minute' and interval '1 minute'
order by k.number, k.named, t.seq
"""  # a word is written, and told, within one transaction; none takes a minute


@invariant("What was put, answered and sealed was told that very minute.")
def _dated(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(DATED_OTHERWISE, {"alliance": alliance_id})
        for named, at, seq, told_at in cursor.fetchall():
            if seq is None:
                yield f"{named} is of {moment(at)}, and the record does not tell of it."
            else:
                yield f"{named} is of {moment(at)}, and event {seq}, which tells of it, of {moment(told_at)}."


@invariant(
    "The record alone shows for each sealed decision who agreed to which words, and nothing was left unresolved."
)
def _told(alliance_id: int) -> Iterator[str]:
    yield from breaks_in_the_telling(alliance_id)


@dataclass
class _Put:
    """What the record has told of one proposal so far; `roll` is None before it told of its opening."""

    roll: list[str] | None = None
    frozen: frozenset[str] = frozenset()
    about: str | None = None
    wording: str = ""
    aside: bool = False
    stances: dict[str, tuple] = field(default_factory=dict)
    objections: dict[int, str] = field(default_factory=dict)


@dataclass
class _Member:
    """What the record has told of a participant so far; days as ISO 8601."""

    name: str
    joined_on: str
    left_on: str | None = None
    suspended_on: str | None = None

    def is_active(self, on: str) -> bool:
        """Joined, not suspended and not left on that day (rule 2)."""
        return self.joined_on <= on and all(
            end is None or end > on for end in (self.left_on, self.suspended_on)
        )


MEMBERSHIP = ("participant_admitted", "participant_leaves", "participant_suspended", "participant_readmitted")
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
    members: dict[str, _Member] = {}
    delegations, matters, sealed = {}, {}, {}
    events = Event.objects.filter(
        Q(kind__startswith="decisions.") | Q(kind__in=[f"participants.{one}" for one in MEMBERSHIP]),
        alliance_id=alliance_id,
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        told = json.loads(bytes(event.body))["facts"]
        put = told["proposal"] if event.kind == "decisions.sealed" else told.get("number")
        name = event.kind.partition(".")[2]
        day = timezone.localdate(event.at).isoformat()
        if name in OF_WHAT_IS_OPEN and proposals[put].roll is None:
            yield f"Event {event.seq} is about proposal {put}, which the record never told as opened."
            proposals[put].roll = []
        match name:
            case "participant_admitted":
                members[str(event.subject_id)] = _Member(told["name"], told["joined_on"])
            case "participant_leaves":
                members[str(event.subject_id)].left_on = told["left_on"]
            case "participant_suspended":
                members[str(event.subject_id)].suspended_on = told["suspended_on"]
            case "participant_readmitted":
                members[str(event.subject_id)].suspended_on = None
            case "proposal_opened" | "wording_changed":
                if hash_of(told["wording"].encode()) != told["wording_hash"]:
                    yield f"Event {event.seq}: the wording of proposal {put} does not give its hash."
                if name == "proposal_opened":
                    roll = [one["id"] for one in told["roll"]]
                    about = _whom_it_is_about(told["wording"])
                    proposals[put] = _Put(roll, frozenset(roll), about, aside=told["standing_aside"])
                    yield from _roll_is_whole(event.seq, put, proposals[put], members, day)
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
                yield from _leaves_for_its_reason(event.seq, told, left, members.get(gone), day)
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
    yield from _rolls_are_kept(alliance_id, proposals)


def _whom_it_is_about(wording: str) -> str | None:
    """Whoever it would exclude or suspend is heard, and not asked (rule 22)."""
    effect = json.loads(wording).get("effect", {})  # wordings of version 1 carried nothing out
    return str(effect["participant"]) if effect.get("kind") in ("exclusion", "suspension") else None


def _roll_is_whole(seq: int, number: int, put: _Put, members: dict[str, _Member], day: str) -> Iterator[str]:
    """Rule 2: everybody was asked who was active that day, but for whoever it is about, and nobody else."""
    active = {one for one, member in members.items() if member.is_active(day)} - {put.about}
    for one in sorted(active ^ put.frozen, key=int):
        who = members[one].name if one in members else f"Somebody ({one}) of whom the record does not tell"
        trouble = "was active that day, and left off" if one in active else "was not to be asked, and is on"
        yield f"Event {seq}: {who} {trouble} the roll of proposal {number}."


def _leaves_for_its_reason(seq: int, told: dict, put: _Put, gone: _Member | None, day: str) -> Iterator[str]:
    """A roll is left for a conflict that was declared, by whoever it is about, or by one that is no longer active."""
    holds = {
        "conflict": told["declaration"] is not None,
        "concerned": told["participant"]["id"] == put.about,
    }.get(told["because"], gone is not None and not gone.is_active(day))
    if not holds:
        yield f"Event {seq}: {told['participant']['name']} left the roll of proposal {told['number']} without cause."


def _rolls_are_kept(alliance_id: int, proposals: dict[int, _Put]) -> Iterator[str]:
    """The rolls and departures of the tables are those that were told."""
    kept: dict[int, tuple[set, set]] = defaultdict(lambda: (set(), set()))
    entries = RollEntry.objects.filter(alliance_id=alliance_id).exclude(proposal__opened_at=None)
    for number, who, departure in entries.values_list("proposal__number", "participant_id", "departure"):
        frozen, asked = kept[number]
        frozen.add(str(who))
        if departure is None:
            asked.add(str(who))
    for number, put in sorted(proposals.items()):
        if put.roll is not None and (put.frozen, set(put.roll)) != kept[number]:
            yield f"The roll of proposal {number} is another in its table than in the record."


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
