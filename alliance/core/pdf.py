"""PDFs that last and that everybody can read: PDF/A-3a and PDF/UA-1 in one file, from HTML.

`render_pdf` reaches no network and no file outside our own assets, and gives the same bytes for the same input
(rules 52 and 58). It takes a core for seconds: call it in a worker, never in a request.
"""

import hashlib
import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

SVG = "{http://www.w3.org/2000/svg}"
# Stands before the addresses inside a document; nothing is ever asked there (RFC 2606).
ASSETS = "https://concordat.invalid"


class PdfError(Exception):
    """The document cannot be made as it is; a sentence that says what to mend."""


class PdfUnavailable(PdfError):
    """This machine cannot make PDFs yet; the sentence says the cure."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF: the report's data in an open format."""

    name: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a PDF says about itself, read back from its bytes."""

    title: str
    lang: str
    pages: int
    tagged: bool
    display_title: bool
    pdfa: str  # "3A"; empty if it claims none
    pdfua: str  # "1"
    output_intent: bool
    outline: tuple[str, ...]
    tags: tuple[str, ...]  # structure types in reading order, without their slash
    figures: tuple[str, ...]  # alternative texts; empty where one is missing
    header_scopes: tuple[str, ...]  # one per table header; empty where one is missing
    attachments: tuple[str, ...]


def render_pdf(
    html: str,
    *,
    title: str,
    created: datetime,
    identifier: str,
    lang: str = "en-GB",
    assets: Sequence[Path] | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The document as PDF/A-3a and PDF/UA-1; byte for byte the same for the same arguments.

    created: when the document's content was frozen, with its time zone; it is the only date in the file.
    identifier: what makes this document this one, such as "report 7 version 2".
    assets: folders that addresses like "/static/build/report.css" are looked up in, in order, without their
        leading "/static/"; by default the collected static files, then the sources. Anything else that the
        HTML asks for, near or far, is a PdfError that names it: a report with a picture missing is no report.

    Each `<svg>` needs its `<title>`; the title and `<desc>` together become its alternative text.
    """
    if created.tzinfo is None:
        raise PdfError("The moment of creation needs a time zone.")
    weasyprint = _weasyprint()
    created = created.astimezone(UTC).replace(microsecond=0)
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    fetcher = _fetcher(_default_assets() if assets is None else assets)
    files = [
        weasyprint.Attachment(
            string=attachment.content,
            name=attachment.name,
            description=attachment.description or attachment.name,
            created=created,
            modified=created,
            relationship="Data",
        )
        for attachment in attachments
    ]
    with _clock_stopped_at(created):
        document = weasyprint.HTML(string=html, base_url=f"{ASSETS}/", url_fetcher=fetcher)
        _tell_figures(document.etree_element)
        rendered = document.render()
        if fetcher.refused:
            raise PdfError(
                f"The document asks for {', '.join(sorted(fetcher.refused))}, not among our own assets."
            )
        rendered.metadata.title, rendered.metadata.lang = title, lang
        rendered.metadata.created = rendered.metadata.modified = stamp
        rendered.metadata.attachments = files
        made = rendered.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(identifier.encode()).digest()[:16],
        )
    return _with_universal_access(made)


def describe(pdf: bytes) -> Description:
    """Read a PDF's claims and structure back; what is not there is empty or False."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        elements = list(_structure(root.get("/StructTreeRoot")))
        with document.open_metadata() as metadata, document.open_outline() as outline:
            return Description(
                title=str(metadata.get("dc:title", "")),
                lang=str(root.get("/Lang", "")),
                pages=len(document.pages),
                tagged=bool(root.get("/MarkInfo", {}).get("/Marked", False)) and bool(elements),
                display_title=bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)),
                pdfa=f"{metadata.get('pdfaid:part', '')}{metadata.get('pdfaid:conformance', '')}",
                pdfua=str(metadata.get("pdfuaid:part", "")),
                output_intent=len(root.get("/OutputIntents", [])) > 0,
                outline=tuple(_outline(outline.root)),
                tags=tuple(str(element.S)[1:] for element in elements),
                figures=tuple(str(element.get("/Alt", "")) for element in elements if element.S == "/Figure"),
                header_scopes=tuple(_scope(element) for element in elements if element.S == "/TH"),
                attachments=tuple(sorted(document.attachments)),
            )


def faults(said: Description, *, title: str, attachments: Sequence[str]) -> Iterator[str]:
    """Everything that a reader with a screen reader, or an archive, would miss in such a document; none is fit."""
    if said.title != title or not said.display_title:
        yield "its title is not the report's"
    if said.lang != "en-GB":
        yield "it does not say that it is in English"
    if not said.tagged:
        yield "it has no tags"
    if (said.pdfa, said.pdfua) != ("3A", "1"):
        yield "it does not claim PDF/A-3a and PDF/UA-1"
    if not said.outline:
        yield "it has no bookmarks"
    if not all(said.figures):
        yield "a figure has no alternative text"
    if not all(said.header_scopes):
        yield "a table header has no scope"
    if said.attachments != tuple(sorted(attachments)):
        yield "its facts are not attached"


def _weasyprint():
    try:
        import weasyprint
    except OSError as problem:
        raise PdfUnavailable(
            "PDFs need Pango, which this machine lacks. On Debian or Ubuntu: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0. On a Mac: brew install pango."
        ) from problem
    return weasyprint


def _default_assets() -> list[Path]:
    from django.conf import settings

    return [Path(folder) for folder in (settings.STATIC_ROOT, Path(settings.BASE_DIR) / "static") if folder]


def _fetcher(assets: Sequence[Path]):
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    folders = [folder.resolve() for folder in assets]

    class OwnAssets(URLFetcher):
        """Serves files below our own folders and data written in the document itself; refuses the rest."""

        def __init__(self):
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.refused: set[str] = set()

        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            asked = url.removeprefix(ASSETS)
            if asked.startswith("/"):
                wanted = unquote(urlsplit(asked).path).lstrip("/").removeprefix("static/")
                for folder in folders:
                    found = (folder / wanted).resolve()
                    if found.is_relative_to(folder) and found.is_file():
                        kind = guess_type(found.name)[0] or "application/octet-stream"
                        return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})
            self.refused.add(asked[:200])
            raise ValueError(f"{asked} is not one of our own assets")

    return OwnAssets()


def _tell_figures(root) -> None:
    """A PDF figure is told by the SVG's title alone; give it the description too."""
    for svg in root.iter(f"{SVG}svg"):
        title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
        if svg.get("aria-hidden") == "true":
            continue
        if title is None or not (title.text or "").strip():
            raise PdfError("A drawing in the document has no <title>, so it cannot be read aloud.")
        if description is not None and description.text:
            title.text = f"{title.text}. {description.text}"


_clock = threading.Lock()


@contextmanager
def _clock_stopped_at(moment: datetime) -> Iterator[None]:
    """Font subsets carry a date; SOURCE_DATE_EPOCH, which is the process's, says which."""
    with _clock:
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
        try:
            yield
        finally:
            if before is None:
                del os.environ["SOURCE_DATE_EPOCH"]
            else:
                os.environ["SOURCE_DATE_EPOCH"] = before


# PDF/A lets metadata use only prefixes that it knows or that the file describes, as here for PDF/UA's.
_UNIVERSAL_ACCESS = """\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of PDF/UA that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def _with_universal_access(made: bytes) -> bytes:
    """WeasyPrint writes one variant; this adds what makes a PDF/A-3a file a PDF/UA-1 file as well."""
    import pikepdf

    with pikepdf.open(io.BytesIO(made)) as document:
        packet = document.Root.Metadata.read_bytes()
        before, end, after = packet.partition(b"</rdf:RDF>")
        if not end:
            raise PdfError("The PDF's metadata is not as expected; WeasyPrint may have changed.")
        document.Root.Metadata.write(before + _UNIVERSAL_ACCESS.encode() + end + after)
        for element in _structure(document.Root.StructTreeRoot):
            if element.S == "/TH":
                if "/A" not in element:
                    element.A = pikepdf.Dictionary(O=pikepdf.Name.Table)
                in_head = "/P" in element.P and element.P.P.get("/S") == "/THead"
                element.A.Scope = pikepdf.Name.Column if in_head else pikepdf.Name.Row
        if "/AF" in document.Root:  # WeasyPrint names each attachment twice
            document.Root.AF = pikepdf.Array({file.objgen: file for file in document.Root.AF}.values())
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _structure(node) -> Iterator:
    """The structure elements below `node`, in reading order."""
    import pikepdf

    waiting = [node] if node is not None else []
    while waiting:
        node = waiting.pop()
        if "/S" in node:
            yield node
        kids = node.get("/K", [])
        kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [
            kid
            for kid in reversed(kids)
            if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") != "/OBJR"
        ]


def _scope(header) -> str:
    return str(header.get("/A", {}).get("/Scope", ""))[1:]


def _outline(items) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from _outline(item.children)
