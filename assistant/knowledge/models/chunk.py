"""Chunks as rows, and the numbered list of their changes that every process follows."""

from __future__ import annotations

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from assistant.knowledge.models.document import Document, Revision

CHANGES_LOCK = 0x686F757365  # "house": any constant, the same in every process


class Chunk(models.Model):
    """A passage of the live revision of a document, with its passage embedding.

    `vector` holds what `retrieval.sentences.pack` makes: float16, half the bytes of float32, which moves a cosine by
    less than 0.001, and behind it the vectors of the sentences once they are made. `encoder` names the model the vector
    came from; vectors of different encoders are never mixed.
    """

    id = models.CharField(primary_key=True, max_length=64)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="chunks")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveIntegerField()
    text = models.TextField()
    language = models.CharField(max_length=2)
    headings = models.JSONField(default=list)
    page = models.PositiveIntegerField(null=True)
    line = models.PositiveIntegerField(null=True)
    last_page = models.PositiveIntegerField(null=True)
    last_line = models.PositiveIntegerField(null=True)
    encoder = models.CharField(max_length=200)
    vector = models.BinaryField()

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        ordering = ["document", "ordinal"]

    def __str__(self) -> str:
        return self.id


class Change(models.TextChoices):
    """What happened to a chunk."""

    UPSERT = "upsert", _("new or replaced")
    DELETE = "delete", _("gone")


class ChunkChangeManager(models.Manager["ChunkChange"]):
    """Appends changes in commit order."""

    def lock(self) -> None:
        """Wait for the right to append, held until the transaction ends.

        Numbers are taken only under this lock, so a reader that has seen number n will never see a smaller one appear.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGES_LOCK])

    def pruned(self) -> bool:
        """Say whether the list may not go back to the first change (see `assistant.knowledge.pruning`)."""
        oldest = self.aggregate(oldest=models.Min("sequence"))["oldest"]
        return oldest is not None and oldest > 1

    def last(self) -> int:  # type: ignore[override]
        """Return the number of the newest committed change; 0 when there is none."""
        return self.aggregate(newest=models.Max("sequence"))["newest"] or 0


class ChunkChange(models.Model):
    """Change number `sequence`. `chunk_id` is no foreign key: the chunk of a deletion is gone."""

    sequence = models.BigAutoField(primary_key=True)
    op = models.CharField(max_length=8, choices=Change.choices)
    chunk_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ChunkChangeManager()

    class Meta:
        verbose_name = _("change of a chunk")
        verbose_name_plural = _("changes of chunks")
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.op} {self.chunk_id}"
