"""What every part of the story needs: the alliance, its people, the agenda, and chance that repeats itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.utils import timezone

from alliance.core.models import Errand
from alliance.core.outbox import do
from alliance.core.periods import FinancialYear, Month
from alliance.core.questions import Question
from alliance.core.tenancy import alliance_context
from alliance.demo.agenda import Agenda, moment
from participants.models import Alliance, Participant, RoleAppointment, User

SEED = 1871


_speaking = Question(
    lambda participant, on: (
        RoleAppointment.objects.speaking(on)
        .filter(participant_id=participant)
        .select_related("person")
        .order_by("role", "pk")
    )
)
_due = Question(
    lambda alliance, now: Errand.objects.open().filter(due_at__lte=now, alliance_id=alliance).order_by("pk")
)


@dataclass
class World:
    """`people` and `participants` by the keys of cast.py. `alliance` is there once it is founded."""

    agenda: Agenda
    start: date
    alliance: Alliance | None = None
    people: dict[str, User] = field(default_factory=dict)
    participants: dict[str, Participant] = field(default_factory=dict)
    undone: list[Errand] = field(
        default_factory=list
    )  # what this machine could not do: a report without Pango

    def chance(self, *what) -> Random:
        """Always the same for the same matter, whatever else the story tells."""
        return Random(f"{SEED}/{'/'.join(map(str, what))}")

    def on(self, day: date, act: Callable[[], object], hour: int = 10, minute: int = 0) -> None:
        self.agenda.at(moment(day, hour, minute), lambda: self.within(act))

    def within(self, act: Callable[[], object]) -> None:
        """Do it in the alliance's context, then at once what it asked workers for."""
        with alliance_context(self.alliance.pk):
            act()
        self.work()

    def work(self) -> None:
        """What workers would do within the minute."""
        for errand in _due(alliance=self.alliance.pk, now=timezone.now()):
            if not do(errand.pk):
                self.undone.append(errand)

    def voice(self, key: str, chance: Random) -> User:
        """Who speaks for the organisation today: its representative, one time in five its deputy."""
        speaking = _speaking(participant=self.participants[key].pk, on=timezone.localdate())
        representatives = [one for one in speaking if one.role == RoleAppointment.Role.REPRESENTATIVE]
        deputies = [one for one in speaking if one.role == RoleAppointment.Role.DEPUTY]
        likely = deputies if deputies and chance.random() < 0.2 else representatives or deputies
        return likely[0].person

    # ── The months and years of the story ──

    @property
    def months(self) -> list[Month]:
        """From the first to last month: those that have ended."""
        return list(Month.containing(self.start).through(Month.containing(self.agenda.today).previous))

    @property
    def years(self) -> list[FinancialYear]:
        """The financial years that it has lived in, the current one included."""
        first, last = FinancialYear.containing(self.start), FinancialYear.containing(self.agenda.today)
        return list(first.through(last))
