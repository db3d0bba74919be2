"""Risks and opportunities: raised by anybody, held by all, accepted as they stand (rule 44)."""

import hashlib
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import canonical, record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import RISK, RiskState
from decisions.models import Risk, RiskAcceptance, RiskVersion
from decisions.models.risk import DOMAIN
from decisions.services.shared import spoken_for
from participants.models import Alliance, Participant, User
from participants.numbering import next_number

TOLD = ("title", "causes", "effects", "controls", "gaps", "likelihood", "impact", "amount")


class RiskChanged(NotPossible):
    """The risk is no longer as it was shown."""


@transaction.atomic
def raise_risk(*, alliance: Alliance, kind: str, steward: User, by: User, **told) -> Risk:
    """Put a risk or an opportunity into the shared register. `told` are the texts and figures of `RiskVersion`.

    The same, raised by the same person today, is the same risk (a doubled click).
    """
    permissions.raise_risk.check(by, alliance=alliance)
    number = next_number(Risk, alliance)
    told = _tidy(alliance, told)
    same = Risk.objects.filter(
        alliance=alliance,
        raised_by=by,
        kind=kind,
        raised_at__date=timezone.localdate(),
        current_version__version=1,
        current_version__steward=steward,
        **{f"current_version__{name}": value for name, value in told.items()},
    )
    if twice := same.first():
        return twice
    if kind not in Risk.Kind.values:
        raise NotPossible("Say whether it is a risk or an opportunity.")
    now = timezone.now()
    risk = Risk.objects.create(alliance=alliance, number=number, kind=kind, raised_at=now, raised_by=by)
    version = _write(risk, 1, steward, told, note="", at=now, by=by)
    record("decisions.risk_raised", risk, by=by, **_recorded(risk, version))
    return risk


@transaction.atomic
def change_risk(*, risk: Risk, shown: str, steward: User, note: str, by: User, **told) -> RiskVersion:
    """Write the next version: every acceptance lapses, and everybody is asked again.

    `shown` is the hash of the version that was edited; RiskChanged when another came in between. The same again
    changes nothing.
    """
    risk = _locked(risk)
    permissions.change_risk.check(by, risk=risk)
    RISK.require(risk.state, "change")
    current = risk.current_version
    told = _tidy(risk.alliance, told)
    if steward == current.steward and told == {name: getattr(current, name) for name in TOLD}:
        return current
    if shown != current.hash:
        raise RiskChanged(
            "Somebody changed it while you were writing. Read what changed, then send yours again."
        )
    note = " ".join(note.split())
    if not note:
        raise NotPossible("Say what changes, and why.")
    version = _write(risk, current.version + 1, steward, told, note=note, at=timezone.now(), by=by)
    record("decisions.risk_changed", risk, by=by, **_recorded(risk, version), note=note)
    return version


@transaction.atomic
def accept_risk(
    *,
    risk: Risk,
    participant: Participant,
    shown: str,
    by: User,
    until_on: date | None = None,
    words: str = "",
) -> RiskAcceptance:
    """Accept it for `participant` as the version with the hash `shown` tells it, until a day.

    Without `until_on` it counts for the alliance's number of months, and it never counts for longer.
    """
    risk = _locked(risk)
    permissions.accept_risk.check(by, risk=risk, participant=participant)
    RISK.require(risk.state, "accept")
    version, today = risk.current_version, timezone.localdate()
    if shown != version.hash:
        raise RiskChanged("The risk changed while you were reading. Read it as it is now, then accept it.")
    longest = risk.alliance.accepts_until(today)
    until_on = until_on or longest
    if not today <= until_on <= longest:
        raise NotPossible(f"An acceptance lasts until {longest:%-d %B %Y} at the latest, and from today on.")
    last = version.acceptances.filter(participant=participant).last()
    if (
        last
        and last.until_on == until_on
        and last.taken_by_id == by.pk
        and str(last.words or "") == words.strip()
    ):
        return last
    acceptance = RiskAcceptance.objects.create(
        alliance_id=risk.alliance_id,
        version=version,
        until_on=until_on,
        words=Words.write(risk.alliance_id, words),
        **spoken_for(risk.alliance_id, participant, by),
    )
    record(
        "decisions.risk_accepted",
        risk,
        by=by,
        number=risk.number,
        title=version.title,
        version=version.version,
        version_hash=version.hash,
        participant=participant,
        spoken_by=acceptance.spoken_by,
        appointment=str(acceptance.appointment_id),
        until_on=until_on,
        words=acceptance.words,
    )
    return acceptance


@transaction.atomic
def close_risk(*, risk: Risk, reason: str, by: User) -> Risk:
    """It is no longer a risk, or the opportunity was taken or let go: say which."""
    risk = _locked(risk)
    permissions.change_risk.check(by, risk=risk)
    if risk.state == RiskState.CLOSED:
        return risk
    risk.state = RISK.after(risk.state, "close")
    risk.closed_because = Words.need(risk.alliance_id, reason, "Say why it is closed.")
    risk.closed_at, risk.closed_by = timezone.now(), by
    risk.save(update_fields=["state", "closed_because", "closed_at", "closed_by"])
    record(
        "decisions.risk_closed",
        risk,
        by=by,
        number=risk.number,
        title=risk.current_version.title,
        reason=risk.closed_because,
    )
    return risk


def _locked(risk: Risk) -> Risk:
    Risk.objects.select_for_update().only("pk").get(pk=risk.pk)
    return Risk.objects.select_related("alliance", "current_version__steward").get(pk=risk.pk)


def _tidy(alliance: Alliance, told: dict) -> dict:
    told = {name: told.get(name) for name in TOLD}
    for name in ("title", "causes", "effects", "controls", "gaps"):
        told[name] = (told[name] or "").replace("\r\n", "\n").strip()
    if told["amount"] is not None:
        told["amount"] = told["amount"].quantize(Decimal("0.01"))
    asks = {
        "title": "Say in one line what could happen.",
        "causes": "Say what could cause it.",
        "effects": "Say what it would mean for people.",
        "controls": "Say what is done about it, or “Nothing yet”.",
    }
    if missing := [ask for name, ask in asks.items() if not told[name]]:
        raise NotPossible(" ".join(missing))
    if not alliance.risk_scores and (told["likelihood"] or told["impact"]):
        raise NotPossible("This alliance does not score its risks.")
    if (told["likelihood"] is None) != (told["impact"] is None):
        raise NotPossible("A score has both a likelihood and an impact, or neither.")
    return told


def _write(risk: Risk, number: int, steward: User, told: dict, *, note: str, at, by: User) -> RiskVersion:
    body = canonical(
        {
            "v": 1,
            "risk": risk.number,
            "version": number,
            "kind": risk.kind,
            "steward": {"id": str(steward.pk), "name": steward.name},
            **told,
        }
    )
    version = RiskVersion.objects.create(
        alliance_id=risk.alliance_id,
        risk=risk,
        version=number,
        steward=steward,
        **told,
        body=body,
        hash=hashlib.sha256(DOMAIN + body).hexdigest(),
        note=note,
        written_at=at,
        written_by=by,
    )
    risk.current_version = version
    risk.save(update_fields=["current_version"])
    return version


def _recorded(risk: Risk, version: RiskVersion) -> dict:
    return {
        "number": risk.number,
        "risk_kind": risk.get_kind_display(),
        "title": version.title,
        "version": version.version,
        "version_hash": version.hash,
        "text": bytes(version.body).decode(),
        "steward": version.steward,
    }
