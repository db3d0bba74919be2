"""What every room stands on: the record, personal words, documents and errands."""

import hashlib
import json
import secrets

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models
from django.utils import timezone
from django.utils.functional import cached_property

from alliance.core.copying import as_bytes
from alliance.core.refusals import NotPossible


class OfAlliance(models.Model):
    """Everything that belongs to an alliance says so, from its first migration."""

    alliance = models.ForeignKey("participants.Alliance", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def both_or_neither(stem: str, name: str) -> models.CheckConstraint:
    """Facts have authors: `<stem>_at` and `<stem>_by` are both set or neither (house 4)."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{stem}_at__isnull": True, f"{stem}_by__isnull": True})
        | models.Q(**{f"{stem}_at__isnull": False, f"{stem}_by__isnull": False}),
        name=name,
    )


class EventHead(models.Model):
    """The end of an alliance's chain; kept by the trigger that lets events join. Its row is the chain's lock."""

    alliance = models.OneToOneField(
        "participants.Alliance", on_delete=models.PROTECT, primary_key=True, related_name="record_head"
    )
    chain = models.UUIDField(unique=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()


class EventQuerySet(models.QuerySet):
    def about(self, subject: models.Model):
        return self.filter(
            alliance_id=subject.alliance_id, subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def newest_first(self):
        return self.order_by("-seq")


class Event(OfAlliance):
    """One act, told once, in the alliance's hash chain (ledger-and-record.md).

    `body` is canonical JSON (RFC 8785), stored as the bytes that were hashed. `seq`, `prev_hash` and `hash` are
    written by the database alone; `hash` is 32 bytes.
    """

    seq = models.BigIntegerField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()
    kind = models.CharField(max_length=80)
    body = models.BinaryField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alliance", "seq"], name="event_has_one_place_in_the_chain")
        ]
        indexes = [
            models.Index(fields=["alliance", "subject_type", "subject_id", "seq"], name="event_by_subject")
        ]

    @cached_property
    def said(self) -> dict:
        return json.loads(bytes(self.body))

    @property
    def facts(self) -> dict:
        return self.said["facts"]

    @property
    def actor_name(self) -> str:
        """As it was on the day; the clock's own acts are Concordat's."""
        return self.said["actor"]["name"] if self.said["actor"] else "Concordat"

    @property
    def sentence_template(self) -> str:
        room, name = self.kind.split(".")
        return f"{room}/events/{name}.html"


class Words(OfAlliance):
    """A person's own words. The record holds a salted commitment: redacted, it still verifies (rule 50)."""

    text = models.TextField()
    salt = models.BinaryField()
    commitment = models.BinaryField()
    redacted_at = models.DateTimeField(null=True)
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    redaction_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [both_or_neither("redacted", "words_are_redacted_by_somebody")]

    def __str__(self) -> str:
        if self.redacted_at:
            return f"[redacted on {timezone.localdate(self.redacted_at):%-d %B %Y}: {self.redaction_reason}]"
        return self.text

    @staticmethod
    def commit(salt: bytes, text: str) -> bytes:
        """SHA-256 over the domain tag, the 16-byte salt and the text's UTF-8 bytes."""
        return hashlib.sha256(b"concordat/words/1" + salt + text.encode()).digest()

    @classmethod
    def write(cls, alliance_id: int, text: str) -> "Words | None":
        """Keep `text`; None for no words at all."""
        text = text.strip()
        if not text:
            return None
        salt = secrets.token_bytes(16)
        return cls.objects.create(
            alliance_id=alliance_id, text=text, salt=salt, commitment=cls.commit(salt, text)
        )

    @classmethod
    def need(cls, alliance_id: int, text: str, ask: str) -> "Words":
        """Keep `text`; where there are no words at all, NotPossible asks for them."""
        words = cls.write(alliance_id, text)
        if words is None:
            raise NotPossible(ask)
        return words

    def redact(self, *, reason: str, by) -> None:
        """The words and their salt go for good; when, by whom, why and the commitment stay."""
        self.text, self.salt = "", b""
        self.redacted_at, self.redacted_by, self.redaction_reason = timezone.now(), by, reason
        self.save(update_fields=["text", "salt", "redacted_at", "redacted_by", "redaction_reason"])

    def matches(self) -> bool:
        return bool(self.redacted_at) or self.commit(bytes(self.salt), self.text) == bytes(self.commitment)


class Document(OfAlliance):
    """A file as it came or as it was made, kept in the database: one back-up, one transaction, one isolation."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(
        cls, *, alliance_id: int, name: str, content: bytes | UploadedFile, media_type: str, by
    ) -> "Document":
        """Store the bytes (UploadedFile or bytes) with their SHA-256 in hexadecimal."""
        data = content if isinstance(content, bytes) else b"".join(content.chunks())
        document = cls(
            alliance_id=alliance_id,
            name=name[-200:],
            media_type=media_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            content=data,
            created_by=by,
        )
        fields = [field for field in cls._meta.concrete_fields if not field.primary_key]
        statement = "insert into {} ({}) values ({}) returning id".format(
            cls._meta.db_table,
            ", ".join(field.column for field in fields),
            ", ".join("%b" if field.name == "content" else "%s" for field in fields),
        )
        with as_bytes() as cursor:
            cursor.execute(statement, [getattr(document, field.attname) for field in fields])
            (document.pk,) = cursor.fetchone()
        document._state.adding, document._state.db = False, connection.alias
        return document

    def read(self) -> bytes:
        """The content, for whoever has deferred it because it may be large."""
        with as_bytes() as cursor:
            cursor.execute("select content from core_document where id = %s", [self.pk], binary=True)
            return cursor.fetchone()[0]

    def matches(self) -> bool:
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256


class ErrandQuerySet(models.QuerySet):
    def open(self):
        return self.filter(finished_at=None, parked_at=None)

    def due(self):
        return self.open().filter(due_at__lte=timezone.now())

    def parked(self):
        return self.exclude(parked_at=None)


class Errand(models.Model):
    """Work to be done later. The row is the truth; Celery only rings (house 34, 35).

    `key` makes asking twice asking once. `progress` is 0 to 100 or None when it cannot be told.
    """

    alliance = models.ForeignKey(
        "participants.Alliance", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=120, blank=True)
    progress = models.PositiveSmallIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="errand_is_asked_for_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="errand_open_by_due",
                condition=models.Q(finished_at__isnull=True, parked_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Heartbeat(models.Model):
    """When the scheduler was last heard through a worker, for /health/ready."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class SelfCheck(OfAlliance):
    """One run of every promise's check; `breaks` is a list of sentences, empty when all of them hold."""

    at = models.DateTimeField(default=timezone.now)
    promises = models.PositiveSmallIntegerField()
    breaks = models.JSONField()
    head_seq = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["alliance", "-at"], name="self_check_newest_first")]
