"""Files to keep: what a link saves instead of showing."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from alliance.core.spreadsheets import write_csv


def download_file(content: bytes | str, *, name: str, media_type: str) -> HttpResponse:
    """The whole file; `name` may be any text, for whoever sent the file chose it."""
    return HttpResponse(content, content_type=media_type, headers=_kept_as(name))


def download_csv(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Row by row, with flat memory; a lazy `rows` is read after the view's transaction. `name` is without ".csv"."""
    return StreamingHttpResponse(
        write_csv(headings, rows), content_type="text/csv; charset=utf-8", headers=_kept_as(f"{name}.csv")
    )


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
