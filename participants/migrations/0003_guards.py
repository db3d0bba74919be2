from django.db import migrations

from alliance.core.guards import frozen_when, never_deleted, write_once

OVER = "An appointment that has ended stays ended."


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_the_participants"), ("core", "0002_guards")]
    operations = [
        never_deleted("participants_alliance"),
        never_deleted("participants_user"),
        write_once(
            "participants_participant",
            ["alliance_id", "kind", "place", "slug", "joined_on"],
            "A participant keeps its kind, its place in the agreement and the day that it joined.",
        ),
        write_once(
            "participants_principle",
            ["alliance_id", "letter", "version", "title", "wording", "is_best_for_people", "in_force_from"],
            "A principle is not reworded; a new version supersedes it, by decision (rule 20).",
        ),
        write_once(
            "participants_roleappointment",
            [
                "alliance_id",
                "person_id",
                "role",
                "participant_id",
                "from_on",
                "reasons_id",
                "appointed_at",
                "appointed_by_id",
            ],
            "An appointment is ended and made anew, never rewritten (rule 8).",
        ),
        frozen_when("participants_roleappointment", "old.ended_at is not null", OVER),
        write_once(
            "participants_invitation",
            ["alliance_id", "email", "role", "participant_id", "invited_at", "invited_by_id", "expires_at"],
            "An invitation is withdrawn and written anew, never rewritten.",
        ),
        frozen_when(
            "participants_invitation",
            "old.accepted_at is not null or old.withdrawn_at is not null",
            "An invitation that was accepted or withdrawn stays so.",
        ),
    ]
