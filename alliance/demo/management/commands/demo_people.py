"""`demo_people`: how to sign in as each person of the demonstration."""

from collections import defaultdict

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import NoReverseMatch, reverse

from participants.forms import SignInAsForm


class Command(BaseCommand):
    help = "Print how to sign in as the people of the demonstration."

    def handle(self, **options):
        try:
            page = settings.BASE_URL + reverse("sign_in_as")
        except NoReverseMatch:
            self.stdout.write("DEMO is off: one signs in with one's own account.")
            return
        people = SignInAsForm().people()
        if not people:
            self.stdout.write("There is no demonstration yet. Make it with: python manage.py load_demo")
            return
        self.stdout.write(f"Sign in as anybody of the demonstration, without a password: {page}")
        for alliance, appointments in sorted(people, key=lambda pair: -len(pair[1])):
            self.stdout.write(f"  {alliance}")
            for one in self._a_few(appointments):
                of = f", {one.participant}" if one.participant else ""
                self.stdout.write(f"    {one.person.name:<20} {one.get_role_display()}{of}")
        if both := self._in_several(people):
            self.stdout.write(f"  In both: {' and '.join(both)}.")

    @staticmethod
    def _a_few(appointments) -> list:
        """The first person in each role, everybody once."""
        shown, roles = {}, set()
        for one in appointments:
            if one.role not in roles and one.person_id not in shown:
                shown[one.person_id] = one
                roles.add(one.role)
        return list(shown.values())

    @staticmethod
    def _in_several(people) -> list[str]:
        alliances = defaultdict(set)
        for alliance, appointments in people:
            for one in appointments:
                alliances[one.person.name].add(alliance.pk)
        return sorted(name for name, where in alliances.items() if len(where) > 1)
