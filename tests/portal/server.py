"""A small portal on this machine that answers in the shapes of the national one.

Its numbers are those of the project's own table of published results. What that table does not hold
(procedures, the online group's figures, more communes) is invented here and said to be.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.portal.reports import REPORTS
from phucvu.published import Published, portal_2026
from phucvu.rules.loading import load
from phucvu.scoring import score

GROUP_CODES = {
    "CKMB": "transparency",
    "TDGQ": "progress",
    "CLGQ": "online",
    "TTTT": "payment",
    "MDSH": "digitisation",
    "MDHL": "satisfaction",
}

ONLINE = {
    "authorityCount": 2000,
    "partialCount": 700,
    "fullCount": 1000,
    "onlineDossierCount": 285,
    "onlineServiceTotal": 1000,
    "channelOnlineSum": 250000,
    "channelTotalSum": 358005,
}
"""Invented figures of Gia Lai's online group that give its published 9.14 points."""

NOTES = {
    "TEMP_NATIONAL_REPORT_DENOMINATOR": "Mẫu số BCQG đang dùng số tạm.",
    "NO_NATIONAL_REPORT_DATA": "Chưa có dữ liệu BCQG.",
}

PROCEDURES = 250

RULES = load("portal-2026").at(portal_2026().cut_off.date())

YEAR = Period.parse("2026")

Answer = tuple[int, bytes]
Fault = Callable[[int, bytes], Answer]


def department_id(code: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, code))


def with_more_communes(published: Published, count: int) -> Published:
    """The same with invented communes of Gia Lai, each with the numbers of a real one."""
    copies = {f"H21.{900 + n}": "H21.202" for n in range(count)}
    units = [Unit(c, f"UBND xã số {n}", "commune", "H21") for n, c in enumerate(copies)]

    def copied(frame: pl.DataFrame) -> pl.DataFrame:
        rows = [frame.filter(unit=of).with_columns(unit=pl.lit(code)) for code, of in copies.items()]
        return pl.concat([frame, *rows])

    return replace(
        published,
        units=Units([*published.units, *units]),
        figures=copied(published.figures),
        groups=copied(published.groups),
        totals=copied(published.totals),
    )


def component_scores(published: Published) -> dict[tuple[str, str], float]:
    scores = score(published.figures, load("portal-2026"), published.units, published.groups)
    return {(row["unit"], row["indicator"]): float(row["score"]) for row in scores.components.to_dicts()}


OWN_SCORES = component_scores(portal_2026())


@dataclass
class Book:
    """What the portal publishes, and how it answers each report."""

    published: Published = field(default_factory=portal_2026)
    page_cap: int = 1000
    children_have_groups: bool = True

    def __post_init__(self) -> None:
        p = self.published
        self.figures = {(u, i): (n, d) for _, u, i, n, d in p.figures.iter_rows()}
        self.groups = {(u, g): s for _, u, g, s in p.groups.iter_rows()}
        self.totals = {u: s for _, u, s in p.totals.iter_rows()}
        self.components = component_scores(p) if p is not portal_2026() else dict(OWN_SCORES)

    def answer(self, report: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """The data of an answer; None where the portal would not understand the question."""
        if report == "formalities":
            return self._catalogue(asked)
        wanted = {"fromDate", "toDate"} if report == "handling-satisfaction" else {"timeType", "year"}
        if not wanted <= asked.keys() or ("timeType" in asked) == (report == "handling-satisfaction"):
            return None
        root = next(
            (u for u in self.published.units if department_id(u.code) == asked.get("rootDepartmentId")), None
        )
        if root is None and asked.get("departmentType") != "ADMINISTRATIVE_UNIT":
            return None
        below = self.published.units.children(root.code if root else None)
        if report == "service-results":
            return self._paged(
                asked, {"overview": self._result(root)}, "evaluation", [self._result(u) for u in below]
            )
        shape = next((r for r in REPORTS if r.name == report), None)
        if shape is None:
            return None
        if shape.metrics:
            own, rows = self._metrics(shape, root), [self._metrics(shape, u) for u in below]
            return self._paged(asked, {"overview": own, "monthlyChart": []}, "evaluation", rows)
        # The trees come whole whatever page is asked for.
        return {
            "parent": self._tree(report, root, True),
            "children": [self._tree(report, u, False) for u in below],
        }

    def _paged(
        self, asked: dict[str, Any], data: dict[str, Any], name: str, rows: list[Any]
    ) -> dict[str, Any]:
        size, page = min(asked["pageSize"], self.page_cap), asked["currentPage"]
        paging = {
            "total": len(rows),
            "currentPage": page,
            "pageSize": size,
            "totalPages": -(-len(rows) // size),
        }
        return data | {name: rows[(page - 1) * size : page * size], "pagination": paging}

    def _who(self, unit: Unit | None) -> dict[str, Any]:
        if unit is None:
            return {"departmentId": None, "departmentName": "Cả nước"}
        return {"departmentId": department_id(unit.code), "departmentName": unit.name}

    def _result(self, unit: Unit | None) -> dict[str, Any]:
        if unit is None:
            return self._who(None) | {"totalScore": 62.59}
        row = self._who(unit) | {
            "departmentCode": unit.code,
            "totalScore": self.totals[unit.code],
            "scoreDelta": None,
        }
        if unit.parent:
            row["childGroup"] = "COMMUNE" if unit.kind == "commune" else "AGENCY"
        if not unit.parent or self.children_have_groups:
            row["groupScores"] = {c: self.groups[unit.code, g] for c, g in GROUP_CODES.items()}
        return row

    def _metrics(self, report: Any, unit: Unit | None) -> dict[str, Any]:
        if unit is None:
            return self._who(None) | {"metrics": []}
        metrics = [self._metric(code, indicator, unit) for code, indicator in report.metrics.items()]
        return self._who(unit) | {"totalScore": self.groups[unit.code, report.group], "metrics": metrics}

    def _metric(self, code: str, indicator: str, unit: Unit) -> dict[str, Any]:
        n, d = self.figures.get((unit.code, indicator), (None, None))
        most = RULES[indicator].max_points
        points = self.components.get((unit.code, indicator)) if most else None
        ratio = round(100 * n / d, 2) if d else None
        metric = {"code": code, "name": code.title(), "numerator": n, "denominator": d, "ratio": ratio}
        metric |= {"score": points, "maxScore": float(most)}
        if code == "DOSSIER_SYNC":
            status = "TEMP_NATIONAL_REPORT_DENOMINATOR" if d else "NO_NATIONAL_REPORT_DATA"
            metric |= {"dataQualityStatus": status, "dataQualityMessage": NOTES[status]}
        return metric

    def _tree(self, report: str, unit: Unit | None, is_parent: bool) -> dict[str, Any]:
        row = self._who(unit)
        if unit is None:
            return row
        row["departmentCode"] = unit.code
        if not is_parent:
            row["level"] = "COMMUNE" if unit.kind == "commune" else "PROVINCE"
        figure = {i: self.figures.get((unit.code, i), (None, None)) for i in ("2.1", "3.4", "3.5", "3.6")}
        match report:
            case "dvc-progress-tree":
                n, d = figure["2.1"]
                row |= {"totalReceived": d, "totalOnTime": n, "avgProcessingDays": 3.5}
                names = ("totalScore", "totalMaxScore") if is_parent else ("score", "maxScore")
                row |= dict(zip(names, (self.groups[unit.code, "progress"], 20), strict=True))
            case "provide-online-tree":
                row |= {"totalScore": self.groups[unit.code, "online"], "totalMaxScore": 12}
                if is_parent:
                    row |= ONLINE if unit.code == "H21" else dict.fromkeys(ONLINE)
            case _:
                row |= {"totalScore": self.groups[unit.code, "payment"], "totalMaxScore": 10}
                (used, fee), (declared, _), (paid, owing) = figure["3.4"], figure["3.5"], figure["3.6"]
                row |= {
                    "totalDossierOnlineFormalityPaymentSuccess": used,
                    "totalFeeDossierFormality": declared,
                }
                row |= {"totalFeeFormality": fee, "totalDossierOnlinePaymentSuccess": paid}
                row |= {"totalDossierFinancialObligation": owing}
        return row

    def _catalogue(self, asked: dict[str, Any]) -> dict[str, Any]:
        items = [
            {
                "id": department_id(f"procedure {n}"),
                "code": f"1.{n:06}",
                "name": f"Thủ tục số {n}",
                "state": "ACTIVE" if n % 50 else "INACTIVE",
                "departmentId": department_id("H21" if n % 2 else "G01"),
                "publishingDepartmentIds": [],
                "appliedDepartmentIds": [department_id("H21.202")],
            }
            for n in range(1, PROCEDURES + 1)
        ]
        return self._paged(asked, {}, "items", [i for i in items if asked.get("q", "") in i["code"]])


@dataclass
class Request:
    """One request as the server saw it; times are seconds of the monotonic clock."""

    report: str
    payload: dict[str, Any]
    user_agent: str
    began: float
    ended: float
    status: int
    body: bytes


class Server:
    """The portal as it runs. ``faults`` change the answers of a report, ``refuse_after`` refuses with
    ``refusal`` once so many requests were answered, ``wait`` is seconds that every answer takes."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.faults: dict[str, Fault] = {}
        self.refuse_after: int | None = None
        self.refusal = 429
        self.wait = 0.0
        self.requests: list[Request] = []
        self.under_way = 0
        self.most_under_way = 0
        self.lock = threading.Lock()
        self.address = ""

    def reply(self, path: str, asked: dict[str, Any]) -> Answer:
        report = path.rsplit("/", 1)[-1]
        evaluation = "/api/v1/reporting/evaluation/"
        expected = "/api/v1/reporting/formalities" if report == "formalities" else evaluation + report
        if self.refuse_after is not None and len(self.requests) >= self.refuse_after:
            return self.refusal, b"<html>Too many requests</html>"
        data = self.book.answer(report, asked) if path == expected else None
        if data is None:
            return 400, json.dumps({"code": "BAD_REQUEST", "data": None, "message": "?"}).encode()
        body = json.dumps({"code": "OK", "data": data, "message": "OK"}, ensure_ascii=False).encode()
        fault = self.faults.get(report)
        return fault(201, body) if fault else (201, body)

    def asked(self) -> list[str]:
        return [r.report for r in self.requests]


@contextmanager
def running(book: Book | None = None) -> Iterator[Server]:
    """A server on a free port of the loopback address."""
    portal = Server(book or Book())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            began = time.monotonic()
            with portal.lock:
                portal.under_way += 1
                portal.most_under_way = max(portal.most_under_way, portal.under_way)
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(portal.wait)
            status, body = portal.reply(self.path, asked)
            report = self.path.rsplit("/", 1)[-1]
            agent = self.headers["User-Agent"]
            with portal.lock:
                portal.under_way -= 1
                ended = time.monotonic()
                portal.requests.append(Request(report, asked, agent, began, ended, status, body))
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                if status == 429:
                    self.send_header("Retry-After", "120")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the asker has gone

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # an asker that was killed

    with Quiet(("127.0.0.1", 0), Handler) as server:
        portal.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield portal
        finally:
            server.shutdown()
            thread.join()
