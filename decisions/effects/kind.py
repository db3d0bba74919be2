"""One kind of effect, and the table of all of them."""

from collections.abc import Collection
from decimal import Decimal

from alliance.core.refusals import NotPossible
from participants.models import Alliance, User


class Kind:
    """One kind of effect. A subclass says what is wrong with its terms, what they mean, and carries them out.

    `terms` are those of a wording's `effect`, the key "kind" among them: str, int, bool, None or lists of these;
    days as ISO texts, money as texts, rows by their ids.
    """

    key: str = ""
    label: str = ""
    form = None  # a TermsForm class that asks for the terms; None for none
    needs: tuple[str, ...] = ()  # the terms that must be there

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        """{name of a term: what is wrong with it today}; "" is the name of the whole."""
        return {}

    def complaints(self, alliance: Alliance, terms: dict) -> list[str]:
        """What is wrong with the terms today: sentences; empty when the seal could carry them out."""
        if any(terms.get(name) in (None, "") for name in self.needs):
            return [f"Say all that is needed for “{self.label}”."]
        return list(self.problems(alliance, terms).values())

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        """What the seal will do, in words, for everybody who is asked."""
        return []

    def now_and_then(self, alliance: Alliance, terms: dict) -> list[tuple[str, Decimal, Decimal]]:
        """(what, as it is today, as it would be after the seal) in pounds; nothing where no sum of money changes."""
        return []

    def off_the_roll(self, alliance: Alliance, terms: dict) -> Collection[int]:
        """Ids of participants that the decision is about and that are therefore not asked (rule 22)."""
        return ()

    def hold(self, alliance: Alliance, terms: dict) -> None:
        """Take the locks that carrying it out will need, before the record's head, which is always taken last."""

    def before_the_seal(self, proposal, terms: dict) -> str:
        """What must still happen before it can be sealed, in a sentence, or ""."""
        return ""

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        """Do it, in the transaction of the seal or of the last ratification."""
        raise NotImplementedError


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    KINDS[kind.key] = kind()
    return kind


def kind_of(effect: dict) -> Kind | None:
    return KINDS[effect["kind"]] if effect else None


def check(alliance: Alliance, effect: dict) -> None:
    """NotPossible with everything that is wrong with the terms."""
    if effect and effect.get("kind") not in KINDS:
        raise NotPossible("Choose what the decision carries out.")
    if effect and (wrong := kind_of(effect).complaints(alliance, effect)):
        raise NotPossible(" ".join(wrong))


def sentences(alliance: Alliance, effect: dict) -> list[str]:
    """What the seal will carry out, in words; nothing for a kind that is not known or terms that are not whole."""
    kind = KINDS.get(effect.get("kind"))
    if kind is None or any(terms in (None, "") for terms in (effect.get(name) for name in kind.needs)):
        return []
    return kind.sentences(alliance, effect)


def now_and_then(alliance: Alliance, effect: dict) -> list[tuple[str, Decimal, Decimal]]:
    """What the seal would change of the money, sum by sum; nothing where `sentences` says nothing."""
    return KINDS[effect["kind"]].now_and_then(alliance, effect) if sentences(alliance, effect) else []


def off_the_roll(alliance: Alliance, effect: dict) -> Collection[int]:
    return kind_of(effect).off_the_roll(alliance, effect) if effect else ()


def ready(proposal) -> None:
    """NotPossible while what the current wording carries out could not be carried out: nothing is sealed then."""
    effect = proposal.current_wording.effect
    if not effect:
        return
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=proposal.alliance_id)
    kind = kind_of(effect)
    wrong = kind.complaints(alliance, effect) or [kind.before_the_seal(proposal, effect)]
    if any(wrong):
        raise NotPossible(
            "This would seal the decision, and it cannot be sealed as it is, so nothing was recorded. "
            + " ".join(wrong)
        )
    kind.hold(alliance, effect)


def hold(alliance: Alliance, effect: dict) -> None:
    """Called before whatever is recorded in a transaction that carries out an effect."""
    if effect:
        kind_of(effect).hold(alliance, effect)


def carry_out(decision, *, by: User | None) -> None:
    """Carry out what the sealed wording says; refused, the seal does not happen either. The clock seals by None."""
    if effect := decision.wording.effect:
        by = by or decision.sealed_by
        alliance = Alliance.objects.select_for_update(no_key=True).get(pk=decision.alliance_id)
        if wrong := kind_of(effect).complaints(alliance, effect):
            raise NotPossible("What was agreed cannot be carried out any more. " + " ".join(wrong))
        kind_of(effect).carry_out(decision, effect, by=by)
