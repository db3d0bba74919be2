"""Finding risks and opportunities, and who has not accepted them."""

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from participants.querysets import OfAllianceQuerySet


class RiskQuerySet(OfAllianceQuerySet):
    def open(self):
        return self.filter(state="open")

    def about(self, text: str):
        """Every word of `text` is in what the risk says now; or it is the number."""
        found = self
        for word in text.split()[:8]:
            said = Q()
            for name in ("title", "causes", "effects", "controls", "gaps"):
                said |= Q(**{f"current_version__{name}__icontains": word})
            if word.isdecimal() and len(word) < 9:
                said |= Q(number=int(word))
            found = found.filter(said)
        return found

    def not_accepted_by(self, participants):
        """Where one of these (ids) has not accepted the current version, or its acceptance is over."""
        from decisions.models import RiskAcceptance
        from participants.models import Participant

        holds = RiskAcceptance.objects.filter(
            version_id=OuterRef(OuterRef("current_version_id")),
            participant_id=OuterRef("pk"),
            until_on__gte=timezone.localdate(),
        )
        silent = Participant.objects.filter(pk__in=participants).exclude(Exists(holds))
        return self.filter(Exists(silent))

    def with_acceptances(self):
        """Everything that `acceptances_of` needs, in a fixed number of queries."""
        from decisions.models import RiskAcceptance, RiskVersion

        acceptances = RiskAcceptance.objects.select_related("participant", "words")
        versions = RiskVersion.objects.select_related("steward", "written_by").prefetch_related(
            Prefetch("acceptances", acceptances)
        )
        return self.select_related("alliance", "current_version__steward").prefetch_related(
            Prefetch("versions", versions)
        )
