"""Found a real alliance: its name, its first commissioner and the person who speaks for it, who gets the first letter.

    python manage.py found_alliance --name "Harbour Alliance" --purpose "…" --starts-on 2026-04-01 \\
        --commissioner "Harbour City Council" --representative "Carol Commissioner" --email carol@harbour.example

Everybody else is brought in by representatives, in the browser.
"""

import getpass
import os
from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from participants.models import Alliance, Participant, RoleAppointment, User
from participants.services import admit_participant, appoint, found_alliance


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        for name in ("name", "purpose", "commissioner", "representative", "email"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--starts-on", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--form", choices=Participant.Form.values, default=Participant.Form.COUNCIL)
        parser.add_argument(
            "--provider",
            action="append",
            default=[],
            metavar="NAME:FORM",
            help="a founding provider; may be repeated",
        )

    @transaction.atomic
    def handle(self, **given):
        if Alliance.objects.filter(slug=slugify(given["name"])[:60]).exists():
            raise CommandError(f"There is already an alliance at the address {slugify(given['name'])[:60]}.")
        providers = [self._provider(text) for text in given["provider"]]
        person = self._person(given["representative"], given["email"].strip().lower())
        alliance = found_alliance(
            name=given["name"], purpose=given["purpose"], starts_on=given["starts_on"], by=None
        )
        council = admit_participant(
            alliance=alliance,
            name=given["commissioner"],
            kind=Participant.Kind.COMMISSIONER,
            form=given["form"],
            joined_on=given["starts_on"],
            is_host=True,
            by=None,
        )
        for name, form in providers:
            admit_participant(
                alliance=alliance,
                name=name,
                kind=Participant.Kind.PROVIDER,
                form=form,
                joined_on=given["starts_on"],
                by=None,
            )
        appoint(
            alliance=alliance,
            person=person,
            role=RoleAppointment.Role.REPRESENTATIVE,
            participant=council,
            by=None,
        )
        self.stdout.write(
            f"{alliance} is founded. {person} signs in with {person.email} and invites the others."
        )

    def _provider(self, text: str) -> tuple[str, str]:
        name, _, form = text.rpartition(":")
        if not name or form not in Participant.Form.values:
            raise CommandError(
                f"--provider {text!r}: write NAME:FORM, with FORM one of {', '.join(Participant.Form.values)}."
            )
        return name, form

    def _person(self, name: str, email: str) -> User:
        """An existing account, or a new one whose password is asked for (or read from CONCORDAT_PASSWORD)."""
        if existing := User.objects.filter(email=email).first():
            return existing
        try:
            validate_email(email)
            password = os.environ.get("CONCORDAT_PASSWORD") or getpass.getpass(f"A password for {name}: ")
            validate_password(password, User(email=email, name=name))
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        except EOFError:
            raise CommandError(
                f"Nobody is there to type a password for {name}: set CONCORDAT_PASSWORD for this command."
            ) from None
        person = User.objects.create_user(email, name, password)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        return person
