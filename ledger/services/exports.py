"""Taking the book along, and saying whose name is not to be published."""

from django.db import transaction

from alliance.core.periods import Period as Span
from alliance.core.record import record
from ledger import permissions
from ledger.exporting import persons
from ledger.models import BookExport, Fund, SupplierMark
from ledger.summaries import months_of
from participants.models import Alliance, Participant


@transaction.atomic
def export_book(
    *, alliance: Alliance, kind: BookExport.Kind, as_what: BookExport.Format, span: Span | None = None, by
) -> BookExport:
    """Note who takes what along and up to which journal, so that "what came since" can be told. None: all of it.

    The file is read after this commits: what is posted in between is in the file and still told as new, never the
    other way round.
    """
    permissions.take_along.check(by, alliance=alliance)
    months = months_of(span) if span else ()
    last = Fund.objects.filter(alliance=alliance).values_list("last_journal", flat=True).first()
    export = BookExport.objects.create(
        alliance=alliance,
        kind=kind,
        format=as_what,
        first_month=months[0].start if months else None,
        last_month=months[-1].start if months else None,
        last_journal=last or 0,
        exported_by=by,
    )
    record(
        "ledger.book_exported",
        export,
        by=by,
        what=export.get_kind_display(),
        format=export.get_format_display(),
        span=span.slug if span else "",
        last_journal=export.last_journal,
    )
    return export


@transaction.atomic
def mark_supplier(*, participant: Participant, supplier: str, is_person: bool, by) -> SupplierMark:
    """Say of a participant's supplier whether it is a private person, whose name is not published (rule 41).

    The record tells that it was said and by whom, not of which name. Saying it twice is saying it once.
    """
    permissions.mark_supplier.check(by, participant=participant)
    name = persons.plain(supplier)
    said = SupplierMark.objects.filter(participant=participant, supplier=name).order_by("pk").last()
    if said and said.is_person == is_person:
        return said
    mark = SupplierMark.objects.create(
        alliance_id=participant.alliance_id,
        participant=participant,
        supplier=name,
        is_person=is_person,
        marked_by=by,
    )
    record("ledger.supplier_marked", mark, by=by, participant=participant, is_person=is_person)
    return mark
