"""Files to keep: what a link saves instead of showing."""

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from alliance.core.spreadsheets import write_csv
from alliance.core.tenancy import alliance_context


def download_file(content: bytes | str, *, name: str, media_type: str) -> HttpResponse:
    """The whole file; `name` may be any text, for whoever sent the file chose it."""
    return HttpResponse(content, content_type=media_type, headers=_kept_as(name))


def download_csv(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[object]], *, alliance_id: int
) -> StreamingHttpResponse:
    """Row by row, with flat memory. `name` is without ".csv".

    A lazy `rows` is read after the view's transaction, so it gets one of its own in the alliance's context.
    """

    def read() -> Iterator[Sequence[object]]:
        with alliance_context(alliance_id):
            yield from rows

    return StreamingHttpResponse(
        write_csv(headings, read()), content_type="text/csv; charset=utf-8", headers=_kept_as(f"{name}.csv")
    )


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
