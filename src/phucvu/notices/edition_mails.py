"""Mails to who follows the editions: one for each edition and follower, and the one that asks to confirm."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from phucvu.editions import telling
from phucvu.editions.models import Edition
from phucvu.notices.channels import Message
from phucvu.notices.following import CONFIRM_WITHIN, address_of, to_confirm, to_leave
from phucvu.notices.models import EditionMail, Follower
from phucvu.rules.model import Words

LATE = dt.timedelta(days=7)
"""An edition that was published longer ago is told to nobody any more."""

AT_A_TIME = 1_000
"""Followers that rows are written for in one transaction."""

CONFIRM = Words(vi="Xác nhận nhận thư về các kỳ công bố", en="Confirm to get mail about editions")
ASKED = Words(
    vi="Có người, có lẽ là bạn, xin nhận thư mỗi khi có kỳ công bố mới của Bộ chỉ số phục vụ người dân, "
    "doanh nghiệp. Hãy mở liên kết dưới đây trong hai ngày để xác nhận. Không phải bạn thì không cần làm gì: "
    "địa chỉ này sẽ bị xóa.",
    en="Somebody, probably you, asked for mail about each new edition of the public service index. Open the "
    "link below within two days to confirm. If it was not you, do nothing: this address will be deleted.",
)
OPEN = Words(vi="Xem kỳ công bố", en="See the edition")
LEAVE = Words(
    vi="Hủy nhận thư và xóa địa chỉ này: {address}", en="Get no more mail and delete this address: {address}"
)


def decide_editions(moment: dt.datetime) -> int:
    """Put the mails about editions of the last days into the outbox that are not there yet; how many.

    Also deletes who did not confirm in time.
    """
    Follower.objects.filter(confirmed_at=None, asked_at__lt=moment - CONFIRM_WITHIN).delete()
    recent = Edition.objects.filter(number__isnull=False, decided_at__gte=moment - LATE)
    made = 0
    for number in recent.order_by("number").values_list("number", flat=True):
        while rows := _decide(number or 0, moment):
            made += rows
    return made


def _decide(number: int, moment: dt.datetime) -> int:
    """Decide for some of those who do not know of an edition yet; who it is decided for is noted with it."""
    with transaction.atomic():
        wanted = Follower.objects.filter(confirmed_at__isnull=False, told_until__lt=number)
        those = list(wanted.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])
        rows = [EditionMail(follower_id=pk, edition=number, decided_at=moment, due_at=moment) for pk in those]
        EditionMail.objects.bulk_create(rows, ignore_conflicts=True)
        Follower.objects.filter(pk__in=those, told_until__lt=number).update(told_until=number)
    return len(rows)


def is_wanted(mail: EditionMail) -> bool:
    """Whether a mail is still for somebody: not to confirm what is, and none of what is not, confirmed."""
    confirmed = mail.follower.confirmed_at is not None
    return confirmed == (mail.edition is not None) and bool(address_of(mail.follower))


def message_of(mail: EditionMail, site: str) -> Message:
    """The mail as a message; ``site`` is where people reach the site."""
    follower = mail.follower
    lang, to = follower.language, address_of(follower)
    there = f"{site.rstrip('/')}{'/en' if lang == 'en' else ''}/editions"
    leave = f"{there}/follow/leave/{to_leave(follower)}"
    identity = f"edition.{mail.pk}.{mail.decided_at:%Y%m%d}"
    if mail.edition is None:
        link = f"{there}/follow/confirm/{to_confirm(follower)}"
        return Message(to, identity, CONFIRM[lang], ASKED[lang], link, CONFIRM[lang], leave=leave)
    edition = Edition.objects.get(number=mail.edition)
    text = "\n".join([*telling.sentences(edition, lang), "", LEAVE[lang].format(address=leave)])
    subject = telling.title(edition, lang)
    return Message(to, identity, subject, text, f"{there}/{mail.edition}", OPEN[lang], leave=leave)
