"""A stand-in for the national portal over HTTP, with its faults: refusals, 429, timeouts, lost answers.

What it does is drawn from a seed; what it was sent, took and refused it remembers, as the truth that the
relay's fates are compared with. Both call styles and both ways to log in are taken.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

USER, SECRET = "trung-chuyen", "mat-khau-thu"

BAD_PROCEDURE = "1.000009"
"""Refused there as long as it is not mended."""

FAULTS = ("429", "503", "500", "slow", "lost", "cut", "html", "deep", "401")

Dossier = tuple[str, str]


class StandIn:
    """``trouble`` is the share of calls that get a fault; ``faults`` are those to draw from."""

    def __init__(self, seed: int = 766, trouble: float = 0.0, faults: tuple[str, ...] = FAULTS) -> None:
        self.random, self.trouble, self.faults = Random(seed), trouble, faults
        self.mended = False
        self.refusal = "Hồ sơ {}: MaTTHC chưa có trên Cổng"
        self.each = True  # whether answers say what became of each item
        self.slow = 1.0
        self.url = ""
        self.lock = threading.Lock()
        self.sessions: set[str] = set()
        self.logins = 0
        self.calls: list[tuple[float, str, str]] = []
        self.arrived: dict[Dossier, list[bytes]] = defaultdict(list)
        self.steps: dict[Dossier, list[bytes]] = defaultdict(list)
        self.held: dict[Dossier, str] = {}
        self.fate: dict[Dossier, tuple[str, str]] = {}
        self.questions: list[str] = []
        self.queries: list[dict[str, str]] = []

    def fault(self) -> str:
        return self.random.choice(self.faults) if self.random.random() < self.trouble else ""

    def log_in(self, said: dict[str, str]) -> dict[str, Any]:
        name = said.get("username") or said.get("client_id")
        secret = said.get("password") or said.get("client_secret")
        if (name, secret) != (USER, SECRET):
            return {"error_code": "401", "message": "Sai tài khoản"}
        self.logins += 1
        token = f"phien-{self.logins}"
        self.sessions = {token}  # one at a time, as some portals have it
        return {"access_token" if "client_id" in said else "session": token, "error_code": 0}

    def take(self, service: str, unit: str, items: list[bytes]) -> dict[str, Any]:
        results = []
        for raw in items:
            said = json.loads(raw)
            dossier = unit, str(said.get("MaHoSo", ""))
            (self.arrived if service == "DongBoHoSoMC" else self.steps)[dossier].append(raw)
            code, message = self.judge(service, dossier, said)
            results.append({"MaHoSo": dossier[1], "error_code": code, "message": message})
        bad = [one for one in results if one["error_code"] != "0"]
        answer = {
            "error_code": bad[0]["error_code"] if bad else "0",
            "message": bad[0]["message"] if bad else "",
        }
        return answer | ({"result": results} if self.each else {})

    def judge(self, service: str, dossier: Dossier, said: dict[str, Any]) -> tuple[str, str]:
        if service != "DongBoHoSoMC":
            return ("0", "") if dossier in self.held else ("620", f"Chưa có hồ sơ {dossier[1]}")
        if said.get("MaTTHC") == BAD_PROCEDURE and not self.mended:
            why = self.refusal.format(dossier[1])
            self.fate[dossier] = "update_refused" if dossier in self.held else "refused", why
            return "606", why
        again = self.held.get(dossier) == said.get("GhiChu")
        self.held[dossier] = str(said.get("GhiChu"))
        self.fate[dossier] = "acknowledged", ""
        return "0", "Hồ sơ đã có, không thay đổi" if again else ""

    def look_up(self, unit: str, code: str) -> dict[str, Any]:
        self.questions.append(code)
        found = [{"MaHoSo": code}] if any(one == code for _, one in self.held) else []
        return {"error_code": "0", "message": f"Tìm thấy {len(found)}.", "result": found}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal: StandIn

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        name = url.path.rpartition("/")[2]
        with self.portal.lock:
            self.portal.calls.append((time.monotonic(), name, self.headers.get("Authorization", "")))
            if name == "auth":
                self.answer(200, self.portal.log_in(json.loads(body)))
                return
            fault = self.portal.fault()
            if fault in ("429", "503"):
                self.answer(int(fault), {"message": "quá tải"}, {"Retry-After": "0"})
                return
            if fault == "500":
                self.answer(500, {})
                return
            if fault == "401":
                self.portal.sessions.clear()
            try:
                said = self.served(name, query, body)
            except BrokenPipeError:
                fault = "lost"
        if fault == "slow":
            time.sleep(self.portal.slow)
        if fault == "lost":
            self.close_connection = True
            self.connection.close()
        elif fault in ("cut", "html", "deep"):
            text = {"cut": b'{"error_code": "0", "resu', "html": b"<html>loi</html>", "deep": b"[" * 100_000}
            self.answer(200, text[fault])
        else:
            self.answer(200, said)

    def served(self, name: str, query: dict[str, str], body: bytes) -> dict[str, Any]:
        if name == "service":
            said = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            text = {k: json.loads(bytes(v)) for k, v in said.items() if k != "data"}
            token, unit, service = text["session"], text["madonvi"], text["service"]
            code, data = text.get("mahoso", ""), bytes(said.get("data", b"[]"))
        else:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            unit, service, code, data = query.get("MaDinhDanhDV", ""), name, query.get("mahoso", ""), body
            text = query
        self.portal.queries.append(text)
        if token not in self.portal.sessions:
            return {"error_code": "401", "message": "Phiên làm việc đã hết hạn"}
        if service == "TraCuuHoSo":
            return self.portal.look_up(unit, code)
        items = [bytes(raw) for raw in msgspec.json.decode(data or b"[]", type=list[msgspec.Raw])]
        return self.portal.take(service, unit, items)

    def answer(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        content = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever called has gone


@contextmanager
def served(portal: StandIn) -> Iterator[StandIn]:
    """The stand-in on a free port of this machine; its address is ``portal.url``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"portal": portal}))
    server.daemon_threads = True
    portal.url = f"http://127.0.0.1:{server.server_port}/api/dvcqg"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
