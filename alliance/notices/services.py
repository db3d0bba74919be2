"""Telling people: the rows are written with the change they tell of, the letters go out afterwards."""

from collections.abc import Iterable
from datetime import date

from django.db import models, transaction
from django.utils import timezone

from alliance.core.outbox import enqueue
from alliance.core.questions import Question
from alliance.notices.letters import KINDS
from alliance.notices.models import Notice, Preference
from participants.models import Alliance, User


def tell(*, kind: str, subject: models.Model, people: Iterable[int], occasion: str, by: User | None) -> None:
    """Write a notice for each of `people` (ids) who wants its kind or always gets it, but not to `by`; twice is once.

    In the transaction of the change. The people of a demonstration are invented: nobody writes to them.
    """
    if _invented(alliance=subject.alliance_id):
        return
    told = set(people) - {by.pk if by else None}
    if not KINDS[kind].always:
        told -= {one.person_id for one in _unwanted(alliance=subject.alliance_id, kind=kind)}
    if not told:
        return
    about = subject._meta.label_lower
    Notice.objects.bulk_create(
        [
            Notice(
                alliance_id=subject.alliance_id,
                person_id=person,
                kind=kind,
                subject_type=about,
                subject_id=subject.pk,
                occasion=occasion,
                made_at=timezone.now(),
            )
            for person in sorted(told)
        ],
        ignore_conflicts=True,
    )
    enqueue(
        "notices.send",
        key=f"{kind}:{about}:{subject.pk}:{occasion}",
        alliance_id=subject.alliance_id,
        about={"kind": kind, "subject_type": about, "subject_id": subject.pk, "occasion": occasion},
    )


_invented = Question(lambda alliance: Alliance.objects.filter(pk=alliance, is_demonstration=True))
_unwanted = Question(
    lambda alliance, kind: Preference.objects.filter(alliance_id=alliance, kind=kind, wanted=False)
)


def send_what_was_held(alliance: Alliance, today: date) -> None:
    """Ask once more, each day, for the letters that told too much when they were written."""
    held = Notice.objects.waiting().filter(alliance=alliance).order_by()
    for about in held.values("kind", "subject_type", "subject_id", "occasion").distinct():
        enqueue(
            "notices.send",
            key=":".join(map(str, (*about.values(), today))),
            alliance_id=alliance.pk,
            about=about,
        )


@transaction.atomic
def set_preferences(*, alliance: Alliance, wanted: Iterable[str], by: User) -> None:
    """Which kinds of letters this person wants from this alliance; the others are not written."""
    wanted = set(wanted)
    now = timezone.now()
    Preference.objects.bulk_create(
        [
            Preference(alliance=alliance, person=by, kind=kind.key, wanted=kind.key in wanted, set_at=now)
            for kind in KINDS.values()
            if not kind.always
        ],
        update_conflicts=True,
        unique_fields=["alliance", "person", "kind"],
        update_fields=["wanted", "set_at"],
    )
