"""What the operational database holds of what units ask of each other and answer.

Targets themselves are records (the table ``targets``). Free text here may hold personal data: it stays in
the workspace.
"""

from __future__ import annotations

from django.db import models

LONGEST_TEXT = 4000
"""Letters of a free text."""
UNIT = 50
"""Letters of a unit's code, here as in ``accounts.models``."""
ACCOUNT = 100
NUMBER = 100
"""Letters of a document's number."""


class ExplanationRequest(models.Model):
    """A unit is asked why dossiers of a period are late. By rule there is one for each unit and month."""

    unit = models.CharField(max_length=UNIT, db_index=True)
    asked_by = models.CharField(max_length=UNIT, db_index=True)
    """The unit that asks."""
    period = models.CharField(max_length=30)
    by_rule = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=ACCOUNT)
    due_on = models.DateField()
    note = models.TextField(max_length=LONGEST_TEXT, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "period"], condition=models.Q(by_rule=True), name="one_rule_request_a_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"


class Explanation(models.Model):
    """What a unit answers for one or more dossiers of a request: cause, remedy, and by when."""

    request = models.ForeignKey(ExplanationRequest, on_delete=models.CASCADE, related_name="explanations")
    cause = models.CharField(max_length=40)
    """A code of ``causes.CAUSES``."""
    text = models.TextField(max_length=LONGEST_TEXT, default="", blank=True)
    remedy = models.TextField(max_length=LONGEST_TEXT)
    done_by = models.DateField()
    """The day by which the remedy is done."""
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=ACCOUNT)


class LateDossier(models.Model):
    """A dossier that a request is about, as it stood when it was asked."""

    request = models.ForeignKey(ExplanationRequest, on_delete=models.CASCADE, related_name="dossiers")
    sender = models.CharField(max_length=UNIT)
    code = models.CharField(max_length=100)
    unit = models.CharField(max_length=UNIT)
    """The unit that handles it: the one asked, or one below."""
    procedure = models.CharField(max_length=100)
    due = models.DateTimeField(null=True)
    seconds_late = models.BigIntegerField()
    explanation = models.ForeignKey(
        Explanation, on_delete=models.SET_NULL, null=True, related_name="dossiers"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["request", "sender", "code"], name="a_dossier_once_a_request"),
        )
        indexes = (models.Index(fields=["sender", "code"], name="late_dossier_by_code"),)


class Apology(models.Model):
    """A letter of apology and of a new date for a dossier (form 04 of Circular 03/2025/TT-VPCP)."""

    sender = models.CharField(max_length=UNIT)
    code = models.CharField(max_length=100)
    unit = models.CharField(max_length=UNIT, db_index=True)
    number = models.CharField(max_length=NUMBER)
    signed_on = models.DateField()
    new_due_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=ACCOUNT)

    class Meta:
        verbose_name_plural = "apologies"
        constraints = (
            models.UniqueConstraint(fields=["sender", "code", "number"], name="an_apology_once_a_dossier"),
        )


class RecurringReport(models.Model):
    """A report that a unit wants of those just below it, every month or quarter, before a day.

    ``unit`` is empty for what holds where a unit says nothing of its own. ``before_day`` is a day of the
    month, of a quarter's last month.
    """

    unit = models.CharField(max_length=UNIT, db_index=True, blank=True)
    name = models.CharField(max_length=200)
    every = models.CharField(max_length=10, choices=[("month", "month"), ("quarter", "quarter")])
    before_day = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=300, blank=True)
    """The document that asks for it."""
    in_use = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.name)


class SentReport(models.Model):
    """That a unit has sent a recurring report of a period."""

    report = models.ForeignKey(RecurringReport, on_delete=models.CASCADE, related_name="sent")
    unit = models.CharField(max_length=UNIT, db_index=True)
    period = models.CharField(max_length=30)
    number = models.CharField(max_length=NUMBER)
    sent_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=ACCOUNT)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["report", "unit", "period"], name="a_report_once_a_period"),
        )


class TargetWithdrawal(models.Model):
    """That a target was withdrawn: the row of the table ``targets`` (``sequence``), what it asked, and why.

    A target assigned again is a row of its own, and holds.
    """

    sequence = models.BigIntegerField(unique=True)
    unit = models.CharField(max_length=UNIT, db_index=True)
    indicator = models.CharField(max_length=40)
    period = models.CharField(max_length=30)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    unit_of_value = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=ACCOUNT)

    def __str__(self) -> str:
        return f"{self.unit} {self.indicator} {self.period}"


class Difficulty(models.Model):
    """A difficulty that a unit registers, and whom it is reported to now; empty: nobody above yet."""

    unit = models.CharField(max_length=UNIT, db_index=True)
    reported_to = models.CharField(max_length=UNIT, db_index=True, blank=True)
    topic = models.CharField(max_length=200)
    text = models.TextField(max_length=LONGEST_TEXT)
    proposal = models.TextField(max_length=LONGEST_TEXT, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=ACCOUNT)
    answer = models.TextField(max_length=LONGEST_TEXT, blank=True)
    answered_by_unit = models.CharField(max_length=UNIT, blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "difficulties"

    def __str__(self) -> str:
        return str(self.topic)


class Campaign(models.Model):
    """A named drive of one or more units for an indicator or another measure, until a day.

    ``measure`` is an indicator, or a word of ``steering.campaign_lines``. ``before`` is the day that a
    drive against what lies in an old system is about.
    """

    unit = models.CharField(max_length=UNIT, db_index=True)
    """The unit that runs it."""
    units = models.JSONField()
    """Codes of the units that take part."""
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=300, blank=True)
    measure = models.CharField(max_length=30)
    before = models.DateField(null=True)
    starts = models.DateField()
    ends = models.DateField()
    target = models.DecimalField(max_digits=12, decimal_places=2)
    """Percent of a share, or a number of dossiers."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=ACCOUNT)
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.name)
