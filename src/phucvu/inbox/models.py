"""What the operational database holds: senders and their sessions, payloads, and counted figures."""

from __future__ import annotations

from typing import Any

from django.db import models

from phucvu.inbox.words import both


class Sender(models.Model):
    """An account of a sending system, bound to a unit: it can write for that unit and those below it.

    ``accepted``, ``set_aside`` and ``refused`` count dossiers and steps. ``gaps`` holds, for each of the
    last days on which it sent, the longest it had been silent, in seconds of working time.
    """

    name = models.CharField(both("tên", "name"), max_length=100, unique=True)
    unit = models.CharField(both("đơn vị", "unit"), max_length=50)
    secret = models.CharField(max_length=200)  # hashed
    enabled = models.BooleanField(both("đang mở", "open"), default=True)
    created_at = models.DateTimeField(both("lập lúc", "made at"))
    last_message_at = models.DateTimeField(both("gửi lần cuối", "last sent"), null=True)
    gaps = models.JSONField(default=dict)
    messages = models.BigIntegerField(both("số lần gửi", "messages"), default=0)
    accepted = models.BigIntegerField(both("đã nhận", "accepted"), default=0)
    set_aside = models.BigIntegerField(both("chờ xử lý", "set aside"), default=0)
    refused = models.BigIntegerField(both("từ chối", "refused"), default=0)

    class Meta:
        verbose_name = both("tài khoản gửi hồ sơ", "sender of dossiers")
        verbose_name_plural = both("tài khoản gửi hồ sơ", "senders of dossiers")

    def __str__(self) -> str:
        return str(self.name)


class Session(models.Model):
    """A login; the token itself is known to the sender alone."""

    digest = models.CharField(max_length=64, primary_key=True)
    sender = models.ForeignKey(Sender, on_delete=models.CASCADE)
    expires_at = models.DateTimeField(db_index=True)


class FailedLogin(models.Model):
    """How often a login by a name from an address has failed in a row, and until when that matters."""

    name = models.CharField(max_length=100)
    address = models.CharField(max_length=50)
    failures = models.IntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint("name", "address", name="one_row_for_each_origin"),)


class Move(models.Model):
    """One time that payloads were moved into the records.

    ``run`` names the process that moved them, and each table of the records notes under it the number of
    the move it took in last: ``dossiers``, ``steps`` and ``set_aside`` are those numbers once this move was
    done. So the records hold the move as long as what they note is no lower (see ``reconciling``).
    """

    run = models.CharField(max_length=32, db_index=True)
    dossiers = models.BigIntegerField()
    steps = models.BigIntegerField()
    set_aside = models.BigIntegerField()


class Payload(models.Model):
    """The dossiers or steps of one call, as they came.

    The session that came with them is left out. ``unit`` is the sending unit; ``digest`` is the SHA-256 of
    the body and ``size`` its bytes, before it is deflated (None where an earlier version of this program
    kept it); ``move`` is when it was moved last; ``to_relay`` says that its items are still to be put into
    the queue of what is passed on (``relay``).
    """

    class State(models.IntegerChoices):
        WAITING = 0
        MOVED = 1
        COUNTED = 2
        STUCK = 3  # reading it broke the program; it is left out so that the others go on
        AGAIN = 4  # it was moved once, and the records do not hold it (any more): it waits to be moved again

    sender = models.ForeignKey(Sender, on_delete=models.PROTECT)
    unit = models.CharField(max_length=50)
    service = models.CharField(max_length=50)
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    items = models.IntegerField()
    size = models.BigIntegerField(null=True)
    state = models.SmallIntegerField(choices=State.choices, default=State.WAITING)
    move = models.ForeignKey(Move, on_delete=models.SET_NULL, null=True)
    to_relay = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index("state", "id", name="payload_by_state"),
            models.Index("id", name="payload_to_relay", condition=models.Q(to_relay=True)),
        )


class Body(models.Model):
    """What a payload carries: a MessagePack list of each item's bytes, deflated.

    It has a table of its own since SQLite writes a whole row anew when one of its columns changes.
    """

    payload = models.OneToOneField(Payload, on_delete=models.CASCADE, primary_key=True)
    packed = models.BinaryField()


class RelayItem(models.Model):
    """A dossier or step that is to be passed on to the portal, was refused there, or is to be asked about.

    It is item ``number`` of its payload, from 0; a question (``ASKED``) has no payload. Of one dossier
    (``unit`` that sent it, ``code``) they are passed on in the order of their ids. ``due_at`` is when it may
    be sent (again), ``attempts`` how often it failed, or was without an answer. ``handled_by`` is
    the unit that handles the dossier, as far as is known of one refused. What the portal took is here no
    more: its answers are (``RelayAnswer``).
    """

    class State(models.IntegerChoices):
        WAITING = 0
        REFUSED = 1
        ASKED = 2

    payload = models.ForeignKey(Payload, on_delete=models.CASCADE, null=True)
    number = models.IntegerField(default=0)
    unit = models.CharField(max_length=50)
    code = models.CharField(max_length=100)
    service = models.CharField(max_length=50)
    size = models.IntegerField(default=0)
    state = models.SmallIntegerField(choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=50, default="")
    error_code = models.CharField(max_length=50, default="")
    message = models.CharField(max_length=1000, default="")

    class Meta:
        indexes = (
            models.Index("state", "due_at", "id", name="relay_item_by_state"),
            models.Index("unit", "code", "id", name="relay_item_by_dossier"),
        )


class RelayAnswer(models.Model):
    """What was said of a dossier or step that was passed on or asked about; one row for each answer.

    ``payload`` is the number of its payload, which may be gone by now. Only the process that passes on
    adds rows, so that their ids are in the order in which they are committed.
    """

    payload = models.BigIntegerField(null=True)
    number = models.IntegerField(default=0)
    unit = models.CharField(max_length=50)
    code = models.CharField(max_length=100)
    service = models.CharField(max_length=50)
    at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=20)
    error_code = models.CharField(max_length=50, default="")
    message = models.CharField(max_length=1000, default="")

    class Meta:
        indexes = (models.Index("unit", "code", "id", name="relay_answer_by_dossier"),)


class RelayState(models.Model):
    """How it goes with what passes on (one row): ``rests_until`` is when the portal may be called again.

    ``failures`` are the calls since the last one that was answered, ``error`` says what the last was.
    """

    rests_until = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="")
    succeeded_at = models.DateTimeField(null=True)


class Job(models.Model):
    """What the inbox's own processes do again and again (``jobs``), and how it goes.

    ``alive_at`` is when the process that does it last said that it lives; ``failing_since`` is empty and
    ``error`` without a word while the job goes well.
    """

    name = models.CharField(max_length=30, primary_key=True)
    alive_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="")


PARTS = {
    "database": both("cơ sở dữ liệu", "database"),
    "free in the database": both("chỗ trống trong cơ sở dữ liệu", "free in the database"),
    "payloads": both("dữ liệu đã nhận", "payloads"),
    "versions": both("phiên bản hồ sơ không còn tính", "versions that do not count"),
    "audit log": both("nhật ký", "audit log"),
    "lists": both("danh sách hồ sơ", "lists"),
    "records, replaced files and logs": both("tệp đã thay thế", "replaced files and logs"),
    "portal": both("kết quả tải từ Cổng", "results from the portal"),
}
"""What the parts of an installation are called; the tables of the records go by their own names."""


class Part(models.Model):
    """A part of what the installation keeps (``retention``): what it takes, and what was deleted of it.

    ``bytes`` is its size when it was last measured; ``swept_rows`` and ``swept_bytes`` are all that was
    deleted so far since it was past its time, ``swept_at`` when something last was.
    """

    name = models.CharField(both("phần", "part"), max_length=50, primary_key=True)
    bytes = models.BigIntegerField(both("số byte", "bytes"), null=True)
    measured_at = models.DateTimeField(both("đo lúc", "measured at"), null=True)
    swept_rows = models.BigIntegerField(both("số dòng đã xóa", "rows deleted"), default=0)
    swept_bytes = models.BigIntegerField(both("số byte đã xóa", "bytes deleted"), default=0)
    swept_at = models.DateTimeField(both("xóa lần cuối", "last deleted"), null=True)

    class Meta:
        verbose_name = both("phần dữ liệu", "part of what is kept")
        verbose_name_plural = both("dung lượng từng phần", "parts of what is kept")

    def __str__(self) -> str:
        table = str(self.name).removeprefix("records/")
        return str(PARTS.get(self.name) or both(f"hồ sơ, danh mục: {table}", f"records: {table}"))


class Counted(models.Model):
    """The latest figures of a period: a Parquet file, and the moment whose records they show.

    ``records`` is a digest of what could touch the figures of a period that is over (``history``); empty
    while it runs. ``lag`` is the longest time in seconds from the receipt of a payload to a count, of
    those last counted; noted of the running month only. The file comes last, so that SQLite reads the
    others without it.
    """

    period = models.CharField(max_length=30, unique=True)
    version = models.BigIntegerField()
    counted_at = models.DateTimeField()
    records = models.CharField(max_length=64, default="")
    lag = models.FloatField(null=True)
    figures = models.BinaryField()


class CountedProcedures(models.Model):
    """What ``engine.by_procedure`` gives for a period, Parquet files; in a table of its own as ``Body``.

    ``procedures`` is of ``by_procedure``, ``figures`` of ``figures_of_each``, ``counted_at`` the moment whose
    records they show; the latter two are null where they were counted before there was an index of each.
    """

    counted = models.OneToOneField(Counted, on_delete=models.CASCADE, primary_key=True)
    counted_at = models.DateTimeField(null=True)
    procedures = models.BinaryField()
    figures = models.BinaryField(null=True)


class Regrouped(models.Model):
    """The figures of a period as a Parquet file, counted for the units of the day when they were counted.

    Only where these are not the units of the period; in a table of its own as ``Body``.
    """

    counted = models.OneToOneField(Counted, on_delete=models.CASCADE, primary_key=True)
    figures = models.BinaryField()


class Upload(models.Model):
    """A file that somebody uploads: looked into first, and taken when they say so.

    ``said`` is what ``phucvu.web.workspace.uploading`` says of it; ``done`` of ``size`` bytes are read.
    ``alive_at`` is when the process that works on it last said so. The content is emptied once it is
    taken or given up.
    """

    class State(models.IntegerChoices):
        LOOKING = 0
        SEEN = 1
        TAKING = 2
        TAKEN = 3
        UNUSABLE = 4

    key = models.CharField(max_length=32, unique=True)
    account = models.CharField(max_length=150)
    unit = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, default="")
    at = models.DateTimeField()
    state = models.SmallIntegerField(choices=State.choices, default=State.LOOKING)
    alive_at = models.DateTimeField()
    size = models.BigIntegerField()
    done = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    said = models.JSONField(default=dict)
    content = models.BinaryField()


KINDS = {
    "export": both("lập tệp danh sách hồ sơ", "workbook of a list"),
    "replay": both("nhận lại dữ liệu chờ xử lý", "replay of what was set aside"),
    "rebuild": both("dựng lại hồ sơ từ các gói đã nhận", "replay of all that was received"),
    "freeze": both("chốt kết quả một kỳ", "freezing of a period"),
    "letter": both("lập PDF của văn bản", "PDF of a letter"),
}
STATES = {
    "waiting": both("đang chờ", "waiting"),
    "running": both("đang chạy", "running"),
    "done": both("đã xong", "done"),
    "failed": both("bị lỗi", "failed"),
    "cancelled": both("đã hủy", "cancelled"),
}
"""What kinds and states of tasks are called."""


def kinds() -> list[tuple[str, Any]]:
    return list(KINDS.items())


def states() -> list[tuple[str, Any]]:
    return list(STATES.items())


class Task(models.Model):
    """Work that takes longer than a request (``tasks``): who asked for it, how far it is, how it ended.

    ``key`` is the same where the same is asked for, ``asked`` what the work has to know; ``done`` of
    ``total`` rows are done. ``error`` is the kind of error by which it failed.
    """

    kind = models.CharField(both("việc", "task"), max_length=20, choices=kinds)
    key = models.CharField(max_length=64, default="", db_index=True)
    account = models.CharField(both("người yêu cầu", "asked by"), max_length=150)
    unit = models.CharField(both("đơn vị", "unit"), max_length=50)
    asked = models.JSONField(default=dict)
    asked_at = models.DateTimeField(both("yêu cầu lúc", "asked at"))
    began_at = models.DateTimeField(both("bắt đầu lúc", "began at"), null=True)
    ended_at = models.DateTimeField(both("kết thúc lúc", "ended at"), null=True)
    done = models.BigIntegerField(both("đã xong", "done"), default=0)
    total = models.BigIntegerField(both("tổng số", "in all"), default=0)
    attempts = models.SmallIntegerField(both("số lần thử", "attempts"), default=0)
    state = models.CharField(both("trạng thái", "state"), max_length=20, default="waiting", choices=states)
    error = models.CharField(both("lỗi", "error"), max_length=200, default="")

    class Meta:
        verbose_name = both("việc chạy lâu", "long task")
        verbose_name_plural = both("việc chạy lâu", "long tasks")

    def __str__(self) -> str:
        return str(KINDS.get(self.kind, self.kind))
