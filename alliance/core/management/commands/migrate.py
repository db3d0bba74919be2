"""`migrate` as the owner of the tables; then alliances are kept apart, and the login role gets exactly its rights."""

from contextlib import nullcontext

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from alliance.core.guards import grant, keep_apart
from alliance.core.states import drawn_sparingly


def _is_new(connection) -> bool:
    """Nothing was migrated here yet: what is drawn for it is what every test was run on. What lives is not at risk."""
    return "django_migrations" not in connection.introspection.table_names()


class Command(migrate.Command):
    def handle(self, *args, **options):
        connection = connections[options["database"]]
        if settings.DATABASE_OWNER is None:
            raise CommandError(
                "DATABASE_OWNER_URL is not set. Migrations run as the owner of the tables, "
                "the application as another role that owns nothing (see alliance/docs/operations.md)."
            )
        login = {
            key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
        }
        if login["USER"] == settings.DATABASE_OWNER["USER"]:
            raise CommandError(
                "DATABASE_URL and DATABASE_OWNER_URL name the same role. The application must own nothing."
            )
        connection.close()
        owner = {key: settings.DATABASE_OWNER[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
        connection.settings_dict.update(owner, OPTIONS={})  # no time limits: a migration may take its time
        try:
            with drawn_sparingly() if _is_new(connection) else nullcontext():
                super().handle(*args, **options)
            with connection.cursor() as cursor:
                keep_apart(cursor)
                grant(cursor, login["USER"])
        finally:
            connection.close()
            connection.settings_dict.update(login)
