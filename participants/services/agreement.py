"""What all signed: principles, settings, the last day. Only the seal of a decision changes it (rule 20)."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alliance.core.record import record
from alliance.core.refusals import NotPossible
from participants.models import Alliance, Principle, User


@transaction.atomic
def reword_principle(
    *, alliance: Alliance, letter: str, title: str, wording: str, decision, by: User
) -> Principle:
    """The next version of a principle; the one before stays, superseded today (rule 20)."""
    before = _current_principle(alliance, letter)
    if (before.title, before.wording) == (title, wording):
        return before
    today = timezone.localdate()
    before.superseded_on = today
    before.save(update_fields=["superseded_on"])
    principle = Principle.objects.create(
        alliance=alliance,
        letter=letter,
        version=before.version + 1,
        title=title,
        wording=wording,
        is_best_for_people=before.is_best_for_people,
        in_force_from=today,
    )
    record(
        "participants.principle_reworded",
        principle,
        by=by,
        letter=letter,
        version=principle.version,
        title=title,
        wording=wording,
        decision=decision,
    )
    return principle


@transaction.atomic
def add_principle(*, alliance: Alliance, title: str, wording: str, decision, by: User) -> Principle:
    """A further principle, under the next letter that was never used."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    used = Principle.objects.filter(alliance=alliance).aggregate(last=Max("letter"))["last"]
    principle = Principle.objects.create(
        alliance=alliance,
        letter=chr(ord(used) + 1) if used else "a",
        title=title,
        wording=wording,
        in_force_from=timezone.localdate(),
    )
    record(
        "participants.principle_added",
        principle,
        by=by,
        letter=principle.letter,
        title=title,
        wording=wording,
        decision=decision,
    )
    return principle


@transaction.atomic
def end_principle(*, alliance: Alliance, letter: str, decision, by: User) -> Principle:
    """The alliance no longer signs it; it stays in the record. “Best for people” cannot be given up (rule 15)."""
    principle = _current_principle(alliance, letter)
    if principle.is_best_for_people:
        raise NotPossible("“Best for people using services” is always asked; it can only be reworded.")
    principle.superseded_on = timezone.localdate()
    principle.save(update_fields=["superseded_on"])
    record(
        "participants.principle_ended",
        principle,
        by=by,
        letter=letter,
        title=principle.title,
        decision=decision,
    )
    return principle


@transaction.atomic
def change_settings(*, alliance: Alliance, changes: dict, decision, by: User) -> Alliance:
    """Change settings of the agreement: {field: value}. What is open keeps those of its first day (rules 2, 6)."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    changes = {name: value for name, value in changes.items() if getattr(alliance, name) != value}
    if not changes:
        return alliance
    before = {name: getattr(alliance, name) for name in changes}
    for name, value in changes.items():
        setattr(alliance, name, value)
    alliance.save(update_fields=list(changes))
    record(
        "participants.settings_changed",
        alliance,
        by=by,
        changes=[
            {
                "name": Alliance._meta.get_field(name).verbose_name,
                "setting": name,
                "before": before[name],
                "after": changes[name],
            }
            for name in sorted(changes)
        ],
        decision=decision,
    )
    return alliance


@transaction.atomic
def extend_alliance(*, alliance: Alliance, ends_on: date, decision, by: User) -> Alliance:
    """Move the last day of the alliance."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    if alliance.ends_on == ends_on:
        return alliance
    before, alliance.ends_on = alliance.ends_on, ends_on
    alliance.save(update_fields=["ends_on"])
    record(
        "participants.alliance_extended", alliance, by=by, before=before, ends_on=ends_on, decision=decision
    )
    return alliance


def _current_principle(alliance: Alliance, letter: str) -> Principle:
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    found = Principle.objects.current().filter(alliance=alliance, letter=letter).first()
    if found is None:
        raise NotPossible(f"There is no principle ({letter}) as the principles stand.")
    return found
