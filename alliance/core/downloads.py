"""Files to keep: what a link saves instead of showing."""

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from alliance.core.spreadsheets import write_csv
from alliance.core.tenancy import alliance_context, one_moment

A_SEND = 64 * 1024  # characters that go out together


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


def download_text(
    parts: Iterable[str], *, name: str, media_type: str, alliance_id: int
) -> StreamingHttpResponse:
    """A text of any length, with flat memory; all that it tells is of one moment of the alliance's data."""

    def read() -> Iterator[bytes]:
        with one_moment(alliance_id):
            waiting, size = [], 0
            for part in parts:
                waiting.append(part)
                size += len(part)
                if size > A_SEND:
                    yield "".join(waiting).encode()
                    waiting, size = [], 0
            yield "".join(waiting).encode()

    return StreamingHttpResponse(read(), content_type=f"{media_type}; charset=utf-8", headers=_kept_as(name))


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
