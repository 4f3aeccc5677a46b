"""Messages by e-mail, handed to a mail server by SMTP."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from html import escape

from phucvu.configuration import Configuration, secret
from phucvu.notices.channels import Message, NotSentError
from phucvu.problems import Fault, UnusableError

TIMEOUT = 30.0
"""Seconds that each answer of the server may take."""

PASSWORD_FILE = "PHUCVU_SMTP_PASSWORD_FILE"
HERE = ("127.0.0.1", "::1", "localhost")
"""The names of this machine."""

TAKEN = 250


def check_settings(chosen: Configuration) -> None:
    """Raises UnusableError where notices are to go by a mail server, and cannot or would be overheard."""
    if not chosen.smtp_host:
        return
    if not (chosen.smtp_from and chosen.site_address):
        raise UnusableError(Fault("mail_settings_missing"))
    if chosen.smtp_security == "none" and chosen.smtp_host not in HERE:
        raise UnusableError(Fault("mail_in_the_clear", host=chosen.smtp_host))
    if chosen.smtp_user and not _password(chosen):
        raise UnusableError(Fault("mail_password_missing"))


def _password(chosen: Configuration) -> str:
    return secret(chosen.smtp_password, chosen.smtp_password_file, PASSWORD_FILE)


class Mail:
    """A channel: each message by a connection of its own."""

    def __init__(self, chosen: Configuration) -> None:
        self._chosen = chosen
        self._password = _password(chosen)

    def send(self, message: Message, handing_over: Callable[[], None]) -> None:
        written = self._written(message)
        server = self._connected()
        try:
            self._hand_over(server, message.to, written, handing_over)
        finally:
            server.close()

    def _written(self, message: Message) -> bytes:
        """The message as lines that end as SMTP wants them, dots at their beginning doubled."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = self._chosen.smtp_from, message.to, message.subject
        mail["Message-ID"] = f"<{message.identity}@{self._chosen.smtp_from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.leave:
            mail["List-Unsubscribe"] = f"<{message.leave}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(f"{message.text}\n\n{message.link_words}:\n{message.link}\n")
        text = escape(message.text).replace("\n", "<br>")
        shown = '<p><img src="cid:picture" alt="" width="600"></p>' if message.picture else ""
        link = f'<p><a href="{escape(message.link)}">{escape(message.link_words)}</a></p>'
        mail.add_alternative(f"<p>{text}</p>{shown}{link}", subtype="html")
        if message.picture:
            _, html = mail.iter_parts()
            html.add_related(message.picture, "image", "png", cid="<picture>")
        if message.workbook:
            mail.add_attachment(
                message.workbook,
                maintype="application",
                subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                filename=message.workbook_name,
            )
        return re.sub(rb"(?m)^\.", b"..", mail.as_bytes())

    def _connected(self) -> smtplib.SMTP:
        """A connection, safe and logged in. Raises NotSentError where there is none to be had."""
        chosen = self._chosen
        safe = ssl.create_default_context()
        try:
            if chosen.smtp_security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    chosen.smtp_host, chosen.smtp_port, timeout=TIMEOUT, context=safe
                )
            else:
                server = smtplib.SMTP(chosen.smtp_host, chosen.smtp_port, timeout=TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(_kind(error), for_all=True) from error
        try:
            if chosen.smtp_security == "starttls":
                server.starttls(context=safe)
            if chosen.smtp_user:
                server.login(chosen.smtp_user, self._password)
            else:
                server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise NotSentError(_kind(error), for_all=True) from error
        return server

    def _hand_over(
        self, server: smtplib.SMTP, to: str, written: bytes, handing_over: Callable[[], None]
    ) -> None:
        """Send everything but the last line, say so, and send that one: only then can the server take it."""
        try:
            _expect(server.mail(self._chosen.smtp_from), TAKEN)
            _expect(server.rcpt(to), TAKEN, 251)
            _expect(server.docmd("DATA"), 354)
            server.send(written)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(_kind(error)) from error
        handing_over()
        try:
            server.send(b".\r\n")
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(_kind(error), unknown=True) from error
        if code != TAKEN:
            raise NotSentError(f"SMTP {code}")


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise NotSentError(f"SMTP {answer[0]}")


def _kind(error: Exception) -> str:
    """What went wrong, without what the server or this site said."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
