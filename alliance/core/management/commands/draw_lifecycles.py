"""Draw every lifecycle into the README of its room, between two markers; --check fails when one is stale."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliance.core.lifecycle import REGISTER


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check: bool, **options):
        stale = []
        for room in sorted({lifecycle.room for lifecycle in REGISTER}):
            readme = Path(settings.BASE_DIR) / room / "README.md"
            drawings = "\n\n".join(f"### {one.noun}\n\n{one.draw()}" for one in REGISTER if one.room == room)
            text = readme.read_text()
            fresh = re.sub(
                r"(<!-- lifecycles -->\n).*?(<!-- /lifecycles -->)",
                lambda m, drawings=drawings: f"{m[1]}{drawings}\n{m[2]}",
                text,
                flags=re.S,
            )
            if "<!-- lifecycles -->" not in text:
                raise CommandError(
                    f"{room}/README.md lacks the lines <!-- lifecycles --> and <!-- /lifecycles -->."
                )
            if fresh != text:
                stale.append(room)
                if not check:
                    readme.write_text(fresh)
        if check and stale:
            raise CommandError(
                f"Stale drawings in {', '.join(stale)}: run `python manage.py draw_lifecycles`."
            )
        self.stdout.write(f"{len(REGISTER)} lifecycles drawn.")
