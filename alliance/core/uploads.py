"""Files that people add: of a few kinds that open everywhere and run nothing, and not too large."""

from dataclasses import dataclass

from django import forms

MOST = 10 * 1024 * 1024  # bytes
_ZIP = (b"PK\x03\x04",)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class FileKind:
    """A kind of file by the end of its name; `starts` are the bytes with which one may begin, () for plain text."""

    ending: str
    media_type: str
    starts: tuple[bytes, ...] = ()

    def is_that_of(self, content: bytes) -> bool:
        return content.startswith(self.starts) if self.starts else b"\x00" not in content


KINDS = {
    one.ending: one
    for one in (
        FileKind("pdf", "application/pdf", (b"%PDF-",)),
        FileKind("docx", _OFFICE + "wordprocessingml.document", _ZIP),
        FileKind("xlsx", _OFFICE + "spreadsheetml.sheet", _ZIP),
        FileKind("pptx", _OFFICE + "presentationml.presentation", _ZIP),
        FileKind("odt", _OPEN + "text", _ZIP),
        FileKind("ods", _OPEN + "spreadsheet", _ZIP),
        FileKind("odp", _OPEN + "presentation", _ZIP),
        FileKind("csv", "text/csv"),
        FileKind("txt", "text/plain"),
        FileKind("png", "image/png", (b"\x89PNG\r\n\x1a\n",)),
        FileKind("jpg", "image/jpeg", (b"\xff\xd8\xff",)),
        FileKind("jpeg", "image/jpeg", (b"\xff\xd8\xff",)),
    )
}
SAID = "PDF, Word, Excel, PowerPoint, OpenDocument, CSV, text, PNG or JPEG, at most 10 MB."


@dataclass(frozen=True)
class Upload:
    """What came in: its name, its bytes, and the media type that its kind has (never the one that was claimed)."""

    name: str
    content: bytes
    media_type: str


def trouble_with(name: str, content: bytes) -> str:
    """Why this file is not taken, as a sentence; "" when it is."""
    kind = KINDS.get(ending_of(name))
    if not content:
        return f"“{name}” is empty."
    if len(content) > MOST:
        return f"“{name}” is larger than 10 MB. Make it smaller, or split it."
    if kind is None:
        return f"“{name}” is of a kind that we do not keep. Choose {SAID}"
    if not kind.is_that_of(content):
        return f"“{name}” is not what its name says: it does not begin like a {kind.ending} file."
    return ""


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type_of(name: str) -> str:
    return KINDS[ending_of(name)].media_type


class KeptFileField(forms.FileField):
    """Cleans to an `Upload`, or to None where none was chosen and none is required."""

    def __init__(self, *, max_length=200, help_text=SAID, **kwargs):
        accepted = ",".join(f".{ending}" for ending in KINDS)
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accepted}))
        super().__init__(max_length=max_length, help_text=help_text, **kwargs)

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > MOST:  # before reading it
            raise forms.ValidationError(f"“{file.name}” is larger than 10 MB. Make it smaller, or split it.")
        content = b"".join(file.chunks())
        if trouble := trouble_with(file.name, content):
            raise forms.ValidationError(trouble)
        return Upload(file.name, content, media_type_of(file.name))
