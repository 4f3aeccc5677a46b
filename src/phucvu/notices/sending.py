"""The process that decides and sends digests."""

from __future__ import annotations

from collections.abc import Callable

from phucvu import configuration
from phucvu.configuration import Configuration
from phucvu.inbox import jobs
from phucvu.inbox.running import again_and_again, alone, beside
from phucvu.notices.channels import Channel
from phucvu.notices.choosing import set_up
from phucvu.notices.mail import Mail
from phucvu.notices.outbox import Outbox
from phucvu.notices.zalo import Bot
from phucvu.records.store import Store

LOOK_FOR_DIGESTS = 5.0
"""Seconds between two looks at whether there is something to decide or to send."""


LOOK_FOR_CODES = 2.0
"""Seconds between two looks at what people wrote to the bot."""


def channels_of(chosen: Configuration) -> dict[str, Channel]:
    """The channels that are set up, by name."""
    made: dict[str, Callable[[Configuration], Channel]] = {"email": Mail, "zalo": Bot}
    return {name: made[name](chosen) for name in set_up(chosen)}


def run(store: Store) -> None:
    """Decide and send until this process ends."""
    chosen = configuration.current()
    with alone("notices"):
        jobs.begin(["notices"])
        channels = channels_of(chosen)
        bot = channels.get("zalo")
        if isinstance(bot, Bot):
            beside("zalo", bot.read, LOOK_FOR_CODES)
        outbox = Outbox(store, chosen, channels)
        again_and_again("notices", outbox.work, LOOK_FOR_DIGESTS)
