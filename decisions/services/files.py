"""Files of a case: kept in versions, named in the wording by title, version and SHA-256 (rule 20)."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Document
from alliance.core.refusals import NotPossible
from alliance.core.uploads import media_type_of, trouble_with
from decisions import permissions
from decisions.case import Case, File
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Attachment, Proposal
from decisions.services.shared import locked
from participants.models import User

AT_MOST = 20  # titles on one proposal


@transaction.atomic
def add_file(*, proposal: Proposal, title: str, name: str, content: bytes, by: User) -> Attachment:
    """Keep a file with a proposal: the next version of its title, or the first.

    A draft's case names it at once; an open one's does when a change of the wording says so. The bytes of the newest
    version again are that version.
    """
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    drafted = proposal.state == State.DRAFT
    PROPOSAL.require(proposal.state_now, "save_draft" if drafted else "change_wording")
    title = " ".join(title.split())[:160]
    if not title:
        raise NotPossible("Say what the file is, in a few words.")
    if trouble := trouble_with(name, content):
        raise NotPossible(trouble)
    earlier = list(proposal.attachments.select_related("document").defer("document__content"))
    last = max((one for one in earlier if one.title == title), key=lambda one: one.version, default=None)
    if last is None and len({one.title for one in earlier}) >= AT_MOST:
        raise NotPossible(f"A proposal has at most {AT_MOST} files. Put some of them together.")
    if last and last.document.sha256 == hashlib.sha256(content).hexdigest():
        added = last
    else:
        document = Document.keep(
            alliance_id=proposal.alliance_id,
            name=name,
            content=content,
            media_type=media_type_of(name),
            by=by,
        )
        added = Attachment.objects.create(
            alliance_id=proposal.alliance_id,
            proposal=proposal,
            title=title,
            version=last.version + 1 if last else 1,
            document=document,
            added_at=timezone.now(),
            added_by=by,
        )
    if drafted:
        _name(proposal, title, File(title, added.version, added.document.sha256))
    return added


@transaction.atomic
def take_out_file(*, proposal: Proposal, title: str, by: User) -> Proposal:
    """A draft's case no longer names the file; twice is once. Out of an open one it goes by a change of the wording."""
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    PROPOSAL.require(proposal.state_now, "save_draft")
    _name(proposal, title, None)
    return proposal


def copy_files(*, named: Iterable[File], source: Proposal, to: Proposal, by: User) -> tuple[File, ...]:
    """The files that a case names, kept with another proposal as first versions of its own; what its case names now."""
    wanted = {(one.title, one.version) for one in named}
    copies = Attachment.objects.bulk_create(
        Attachment(
            alliance_id=to.alliance_id,
            proposal=to,
            title=one.title,
            version=1,
            document=one.document,
            added_at=timezone.now(),
            added_by=by,
        )
        for one in source.attachments.select_related("document").defer("document__content")
        if (one.title, one.version) in wanted
    )
    return tuple(File(one.title, 1, one.document.sha256) for one in copies)


def _name(proposal: Proposal, title: str, file: File | None) -> None:
    case: Case = proposal.case
    others = tuple(one for one in case.files if one.title != title)
    files = (*others, file) if file else others
    proposal.draft = replace(case, files=files).tidy().to_json()
    proposal.save(update_fields=["draft"])
