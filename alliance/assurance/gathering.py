"""Gathering a report's facts from every room, at one moment; what is not there yet is a gap (rule 54)."""

from collections import defaultdict

from alliance.assurance.contents import (
    FORMAT,
    Contents,
    Cover,
    Decisions,
    Learning,
    Party,
    PrincipleSigned,
    RecordHead,
    SelfCheck,
)
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.models import EventHead
from participants.models import Participant, Principle, RoleAppointment


def gather(report: Report, head: EventHead) -> Contents:
    """The facts of the report's quarter as the alliance stands now. Reads only; the caller holds the record's head."""
    return Contents(
        format=FORMAT,
        cover=_cover(report),
        decisions=Decisions((), ()),
        money=None,
        learning=Learning((), (), ()),
        measures=(),
        principles=_principles(report),
        self_check=_self_check(report),
        gaps=(),
        record=RecordHead(chain=str(head.chain), seq=head.seq, hash=bytes(head.hash).hex()),
    )


def _cover(report: Report) -> Cover:
    alliance, quarter = report.alliance, report.period
    speaking = defaultdict(list)
    for one in (
        RoleAppointment.objects.filter(alliance=alliance)
        .speaking(report.covers_until)
        .select_related("person")
    ):
        speaking[one.participant_id].append(f"{one.person} ({one.get_role_display().lower()})")
    return Cover(
        alliance=alliance.name,
        purpose=alliance.purpose,
        is_demonstration=alliance.is_demonstration,
        quarter=quarter.slug,
        label=quarter.label,
        starts_on=quarter.start,
        ends_on=quarter.end,
        covers_until=report.covers_until,
        number=report.number,
        version=report.version,
        asked_by=str(report.requested_by or ""),
        cut_off=report.cut_off,
        participants=tuple(
            Party(
                name=one.name,
                short_name=one.short_name,
                kind=one.get_kind_display(),
                form=one.get_form_display(),
                joined_on=one.joined_on,
                speaks=tuple(sorted(speaking[one.pk])),
            )
            for one in Participant.objects.filter(alliance=alliance)
            .active(report.covers_until)
            .order_by("place")
        ),
    )


def _principles(report: Report) -> tuple[PrincipleSigned, ...]:
    current = Principle.objects.filter(alliance=report.alliance).current().order_by("letter")
    return tuple(PrincipleSigned(one.letter, one.title, one.wording, one.version) for one in current)


def _self_check(report: Report) -> SelfCheck:
    last = invariants.last_self_check(report.alliance_id)
    return SelfCheck(at=last.at, promises=last.promises, breaks=tuple(last.breaks))
