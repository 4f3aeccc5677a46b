"""What the operational database holds of notices: who wants them how, and the outbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models

UNIT = 50
"""Letters of a unit's code, here as in ``accounts.models``."""


class Subscription(models.Model):
    """That somebody wants the daily digest; nobody has one who did not ask for it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=20)
    """A name of ``channels.CHANNELS``."""
    language = models.CharField(max_length=2)
    chosen_at = models.DateTimeField()


class Outgoing(models.Model):
    """A row of the outbox: something for one person, from its being decided until it is settled."""

    class State(models.IntegerChoices):
        WAITING = 0
        SENT = 1
        UNSURE = 2
        """Handed over twice with nobody left to hear the answer: it came, and is not sent a third time."""
        GIVEN_UP = 3
        DROPPED = 4
        """Not wanted any more, or its account was closed or moved."""

    decided_at = models.DateTimeField()
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.WAITING)
    settled_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    """Before this moment it is not tried."""
    failures = models.PositiveIntegerField(default=0)
    handed_over = models.PositiveSmallIntegerField(default=0)
    """How often it was handed over without an answer having been noted."""
    error = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        abstract = True


class Digest(Outgoing):
    """One person's digest of one day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField()
    unit = models.CharField(max_length=UNIT)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    counts = models.JSONField()
    """The numbers of ``due_lists.WeekCounts``."""
    as_of = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "day"], name="one_digest_a_person_and_day"),)
        indexes = (models.Index(fields=["state", "due_at"], name="digests_to_send"),)

    def __str__(self) -> str:
        return f"{self.day} {self.unit}"


class ZaloChat(models.Model):
    """Somebody's chat with the office's bot, once they wrote their one-time code in it.

    ``code`` is the digest of a code that was not used yet.
    """

    LONGEST = 100
    """Letters of the name that Zalo gives a chat."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="zalo", primary_key=True
    )
    chat = models.CharField(max_length=LONGEST, default="", blank=True)
    code = models.CharField(max_length=64, default="", blank=True, db_index=True)
    code_until = models.DateTimeField()


class Follower(models.Model):
    """An e-mail address that is told of each edition, once somebody who reads its mail has confirmed that.

    The address is kept sealed; ``known_by`` is a keyed digest of it, by which it is found again.
    """

    sealed = models.TextField()
    known_by = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    told_until = models.IntegerField(default=0)
    """The number of the last edition that a mail was decided for, or that was there when it began."""


class EditionMail(Outgoing):
    """A mail to a follower: of an edition, or, where ``edition`` is null, the one that asks to confirm."""

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="mails")
    edition = models.IntegerField(null=True)
    channel = models.CharField(max_length=20, default="email")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["follower", "edition"], name="one_mail_a_follower_and_edition"),
        )
        indexes = (models.Index(fields=["state", "due_at"], name="edition_mails_to_send"),)

    def __str__(self) -> str:
        return f"{self.edition}"
