"""Whether a meeting is quorate: somebody authorised of each participant (rule 7), counted when somebody looks."""

from dataclasses import dataclass

from decisions.models import Meeting
from decisions.tally import joined
from participants.models import Participant


@dataclass(frozen=True)
class Quorum:
    """`present` and `missing` are the participants that were active on the meeting's day."""

    present: tuple[Participant, ...]
    missing: tuple[Participant, ...]

    @property
    def is_quorate(self) -> bool:
        return not self.missing

    @property
    def words(self) -> str:
        if self.is_quorate:
            count = len(self.present)
            return f"Quorate: somebody authorised of each of the {count} participants is there."
        names = joined(one.short_name for one in self.missing)
        return f"Not quorate: nobody authorised of {names} is there."


def quorum_of(meeting: Meeting) -> Quorum:
    """One query, for the participants of that day; `meeting` with its attendances."""
    there = {one.participant_id for one in meeting.attendances.all() if one.is_authorised}
    active = list(
        Participant.objects.filter(alliance=meeting.alliance_id).active(meeting.day).order_by("place")
    )
    return Quorum(
        present=tuple(one for one in active if one.pk in there),
        missing=tuple(one for one in active if one.pk not in there),
    )
