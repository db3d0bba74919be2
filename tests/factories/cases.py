"""What the tests of a proposal's case share: addresses of its pages, files to upload, a draft, a decision."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from decisions.models import Decision, Proposal
from tests.factories.decisions import make_decision, make_draft

PDF = b"%PDF-1.7 a plan of the hall"


def words(response) -> str:
    return " ".join(response.content.decode().split())


def step(draft: Proposal, key: str) -> str:
    return reverse("decisions:draft_step", args=[draft.alliance.slug, draft.number, key])


def url(name: str, thing, *more) -> str:
    return reverse(f"decisions:{name}", args=[thing.alliance.slug, thing.number, *more])


def voices(cast) -> dict:
    return {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}


@pytest.fixture
def draft(cast) -> Proposal:
    return make_draft(cast.council, cast.carol)


@pytest.fixture
def decision(cast) -> Decision:
    return make_decision(cast.council, voices(cast))


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


def upload(name="plan.pdf", content=PDF, kind="text/html") -> SimpleUploadedFile:
    """A browser may claim any kind; ours follows from the name and the bytes."""
    return SimpleUploadedFile(name, content, content_type=kind)
