"""What is kept of editions: their content, and the log that holds a line for each of them."""

from __future__ import annotations

from django.db import models

from phucvu.inbox.words import both


class Edition(models.Model):
    """Results of a period as they were frozen; rows are never changed once ``number`` is given.

    ``number`` is null while a second person has not agreed, or has refused. ``manifest`` is canonical JSON
    (``manifest.Manifest``), ``lines`` the deflated bundle of the tree's entries after the manifest,
    ``rules`` the deflated JSON of the rule set. ``note`` is the signed checkpoint of the edition's tree.
    """

    number = models.IntegerField(both("số", "number"), unique=True, null=True)
    period = models.CharField(both("kỳ", "period"), max_length=30, db_index=True)
    corrects = models.IntegerField(both("thay cho số", "corrects"), null=True)
    reason = models.CharField(both("lý do", "reason"), max_length=2000, blank=True)
    frozen_at = models.DateTimeField(both("chốt lúc", "frozen at"))
    frozen_by = models.CharField(both("người chốt", "frozen by"), max_length=150)
    unit = models.CharField(both("đơn vị công bố", "publishing unit"), max_length=50)
    decided_at = models.DateTimeField(both("quyết lúc", "decided at"), null=True)
    decided_by = models.CharField(both("người duyệt", "decided by"), max_length=150, blank=True)
    refused = models.BooleanField(both("không duyệt", "refused"), default=False)
    manifest = models.TextField()
    lines = models.BinaryField()
    rules = models.BinaryField()
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = both("kỳ công bố", "edition")
        verbose_name_plural = both("kỳ công bố", "editions")

    def __str__(self) -> str:
        return f"{self.number or '—'}: {self.period}"


class OpenData(models.Model):
    """The ZIP of an edition's open data, made once."""

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, primary_key=True)
    zip = models.BinaryField()


class ChartRemark(models.Model):
    """Words on the charts over time of a unit and all below it, from a day on; public.

    ``until`` is the last day that they are about, null where they hold on.
    """

    unit = models.CharField(max_length=50, db_index=True)
    since = models.DateField()
    until = models.DateField(null=True)
    words = models.CharField(max_length=300)
    words_en = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)


class LogEntry(models.Model):
    """A line of the log: an edition's checkpoint, or where the audit log stood."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BinaryField()


class LogHead(models.Model):
    """A signed checkpoint of the log; ``note`` gets the cosignatures of those who witnessed it."""

    size = models.BigIntegerField(primary_key=True)
    signed_at = models.DateTimeField()
    note = models.TextField()


class Witnessed(models.Model):
    """The latest checkpoint of another office's log that this one has seen and cosigned."""

    origin = models.CharField(max_length=200, primary_key=True)
    key = models.CharField(max_length=400)
    size = models.BigIntegerField()
    note = models.TextField()
