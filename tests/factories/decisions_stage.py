"""What every example of test_decisions_machine.py begins with, and what its tables say beside its model."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from alliance.core.workdays import add_working_days
from decisions import services
from participants.models import Alliance, Principle, RoleAppointment
from participants.services import set_limit
from tests.factories.decisions import make_case
from tests.factories.decisions_model import BEACON, COUNCIL, HAVEN, ONE_DAY, Model, Put
from tests.factories.participants import make_person, make_user

BEGINNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMIT, MORE = Decimal("1000.00"), Decimal("5000.00")  # what Pat binds Haven to, and what needs its board

TABLES = """
select p.id, p.state, p.answer_by, w.version,
    array(select e.participant_id from decisions_rollentry e where e.proposal_id = p.id
          and not exists (select from decisions_rolldeparture d where d.entry_id = e.id) order by e.place),
    array(select array[s.participant_id::text, s.stance] from decisions_position s
          where s.wording_id = w.id and s.stance <> 'taken_back'
          and not exists (select from decisions_position l where l.replaces_id = s.id) order by s.participant_id),
    array(select array[o.number, o.participant_id] from decisions_objection o
          where o.proposal_id = p.id and o.resolved_at is null order by o.number),
    array(select array[c.participant_id::text, c.state] from decisions_declaration c
          where c.proposal_id = p.id and c.state <> 'shared' order by c.number),
    array(select array[a.number::text, a.state] from decisions_amendment a
          where a.proposal_id = p.id order by a.number),
    array(select array[one ->> 'stage', one ->> 'from', one ->> 'until', one ->> 'statements_until']
          from decisions_deadlock l, jsonb_array_elements(l.stages) one where l.proposal_id = p.id),
    array(select r.state from decisions_ratification r where r.decision_id = d.id)
from decisions_proposal p join decisions_wording w on w.id = p.current_wording_id
left join decisions_decision d on d.proposal_id = p.id
where p.alliance_id = %s order by p.id
"""


def of_the_model(model: Model, ids: dict[int, int]) -> Iterator[tuple]:
    for put in model.puts.values():
        answers = [(ids[one], put.answer_of(one)) for one in put.said]
        yield (
            put.pk,
            put.state,
            put.deadline,
            put.version,
            [ids[one] for one in put.asked],
            [[str(pk), said.stance] for pk, said in sorted(answers, key=lambda one: one[0]) if said],
            [[number, ids[one]] for number, one in put.objections.items()],
            [[str(ids[one]), came_to] for one, came_to in put.conflicts.items() if came_to != "shared"],
            [[str(number), became] for number, became in put.offers.items()],
            [
                [stage, str(first), str(until), heard and str(heard)]
                for stage, first, until, heard in put.ladder
            ],
            [put.board] if put.board else [],
        )


class Stage:
    """What every example finds: Pat's limit, a deputy whose time is over, somebody who will speak for Quay once it
    has joined, and two open proposals."""

    def __init__(self, cast, clock: dict, *, aside: bool):
        self.cast, self.alliance, self.clock = cast, cast.alliance, clock
        yesterday = BEGINNING.date() - ONE_DAY
        late = make_person(cast.alliance, "Lara Late", "deputy", cast.haven, until_on=yesterday)
        self.shut_out = [cast.finn, cast.bea, cast.stranger, late]
        self.quincy = make_user("Quincy Quay")
        self.case = make_case(cast.alliance)
        self.best = Principle.objects.current().get(alliance=cast.alliance, is_best_for_people=True)
        set_limit(appointment=RoleAppointment.objects.get(person=cast.pat), amount=LIMIT, by=cast.bea)
        self.model = Model(BEGINNING.date(), aside)
        Alliance.objects.filter(pk=cast.alliance.pk).update(standing_aside=aside)
        for place, amount in ((HAVEN, MORE), (COUNCIL, None)):
            participant, by = ((cast.council, cast.carol), (cast.haven, cast.pat))[place]
            case = replace(self.case, amount=amount)
            made = services.propose(alliance=cast.alliance, participant=participant, case=case, by=by)
            deadline, wording = add_working_days(self.model.today, 10), made.current_wording.hash
            self.model.puts[made.pk] = Put(
                made.pk, place, deadline, [COUNCIL, HAVEN, BEACON], [wording], aside, amount
            )

    def terms(self, effect: str, day: date) -> dict:
        beacon = self.cast.beacon
        return {
            "": {},
            "standing aside on": {"kind": "settings", "standing_aside": True},
            "standing aside off": {"kind": "settings", "standing_aside": False},
            "exit": {
                "kind": "exit",
                "participant": beacon.pk,
                "participant_name": beacon.name,
                "left_on": day.isoformat(),
                "hand_over": "All to Haven.",
            },
            "accession": {
                "kind": "accession",
                "name": "Quay Quarters",
                "short_name": "Quay",
                "role": "provider",
                "form": "charity",
                "joined_on": day.isoformat(),
                "signed_by": "Quincy Quay, chair",
            },
        }[effect]
