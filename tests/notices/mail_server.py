"""A mail server of these tests on this machine: it keeps what it takes, and answers as it is told."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """``answers`` says what it answers to a command in place of «250 OK»; at each step ``at`` is called with
    the command, with «content» once a message has come whole and «taken» once it is kept."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.certificate = certificate
        self.answers: dict[str, str] = {}
        self.at: Callable[[str], None] = lambda step: None
        self.taken: list[tuple[str, bytes]] = []
        self.logins: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.taken]  # type: ignore[misc]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no fault of the server's."""


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.at("connect")
        self.say("220 vidu.vn")
        to = ""
        while line := self.rfile.readline(10_000).decode():
            command = line.split()[0].lower().partition(":")[0] if line.strip() else ""
            self.server.at(command)
            told = self.server.answers.get(command)
            if command == "ehlo":
                more = ["STARTTLS"] if self.server.certificate else ["AUTH PLAIN"]
                self.say(*(f"250-{word}" for word in ("vidu.vn", *more)), "250 8BITMIME")
            elif command == "starttls" and self.server.certificate:
                self.say("220 go on")
                self.connection = self.server.certificate.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
            elif command == "auth":
                self.server.logins.append(base64.b64decode(line.split()[2]).decode())
                self.say(told or "235 OK")
            elif command == "data":
                self.say(told or "354 go on")
                if not told:
                    self.take(to)
            elif command == "quit":
                self.say("221 bye")
                return
            else:
                to = line.strip()[len("RCPT TO:<") : -1] if command == "rcpt" else to
                self.say(told or "250 OK")

    def take(self, to: str) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # who is gone before the last line has sent nothing
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.at("content")
        if told := self.server.answers.get("content"):
            self.say(told)
            return
        self.server.taken.append((to, b"".join(lines)))
        self.server.at("taken")
        self.say("250 OK")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def served(certificate: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    with MailServer(certificate) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()
