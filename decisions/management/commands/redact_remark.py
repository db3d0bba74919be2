"""Remove the words of a remark because the law asks for it, when whoever wrote it does not or cannot."""

from django.core.management.base import BaseCommand, CommandError

from alliance.core.refusals import Refusal
from alliance.core.tenancy import within_alliance
from decisions import services
from decisions.models import Comment
from participants.models import Alliance, User


class Command(BaseCommand):
    help = "Remove the words of a remark for good. Who made it, who removed it and why stays in the record."

    def add_arguments(self, parser):
        parser.add_argument("alliance", help="the alliance's address, like harbour-alliance")
        parser.add_argument("proposal", type=int, help="the proposal's number")
        parser.add_argument("remark", type=int, help="the remark's number on that proposal")
        parser.add_argument("--by", required=True, help="the administrator's e-mail address")
        parser.add_argument("--reason", required=True, help="why; it stays in the record, so name nobody")

    def handle(self, *, alliance: str, proposal: int, remark: int, by: str, reason: str, **options):
        found = Alliance.objects.filter(slug=alliance).first()
        person = User.objects.filter(email=by.lower()).first()
        if found is None:
            raise CommandError(f"There is no alliance at {alliance}.")
        if person is None:
            raise CommandError(f"There is no account for {by}.")

        def act() -> None:
            said = Comment.objects.filter(alliance=found, proposal__number=proposal, number=remark)
            comment = said.select_related("proposal").first()
            if comment is None:
                raise CommandError(f"Proposal {proposal} has no remark {remark}.")
            services.redact_remark(comment=comment, reason=reason, by=person)

        try:
            within_alliance(found.pk, act)
        except Refusal as refusal:
            raise CommandError(refusal.reason) from None
        self.stdout.write(f"The words of remark {remark} on proposal {proposal} are removed.")
