"""How fast the inbox takes and counts: python benchmarks/inbox_speed.py [--held N] [--flood N] [--seconds S].

Two measurements on the real server (two workers, SQLite unless PHUCVU_DATABASE_URL says otherwise):

1. a flood of ``--flood`` dossiers in batches of 100, as fast as it takes them: dossiers a second from HTTP
   to acknowledged, from acknowledged to moved into the records, and until all are counted;
2. straight after it 500 dossiers a second in batches of 100, for ``--seconds``, with ``--held`` dossiers in
   the records before the flood: how long from acknowledged until the latest figures of the running month
   show it (what a page reads).

Beside both stands the processor time that the server spent, which says what it could do where nothing else
runs. ``--home`` is changed by what is sent: give a copy.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import http.client
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
SITE = Path(__file__).resolve().parents[1] / "tests" / "inbox" / "site"

from phucvu import configuration  # noqa: E402
from phucvu.bench import made_records  # noqa: E402
from phucvu.engine.connections import connect  # noqa: E402
from phucvu.figures.periods import Period  # noqa: E402
from phucvu.inbox.clock import now  # noqa: E402
from phucvu.inbox.home import open_home  # noqa: E402
from phucvu.records.store import Store  # noqa: E402

OF_A_BATCH = 100


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--held", type=int, default=0, help="dossiers held before the second measurement")
    words.add_argument("--home", type=Path, help="a home that has them already")
    words.add_argument(
        "--flood", type=int, default=310_000, help="dossiers of the first measurement; 0: none"
    )
    words.add_argument("--seconds", type=float, default=20, help="how long the second measurement takes")
    words.add_argument("--senders", type=int, default=6, help="connections of the first measurement")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-speed-") as folder:
        home = said.home or Path(folder) / "home"
        if not said.home:
            hold(Store(home), Path(folder) / "made", said.held)
        open_home(home)
        with serving() as (port, group):
            token = log_in(port)
            # The first figures of all periods are counted before anything is measured.
            wait_until(lambda: counted_periods() >= periods_held(Store(home)))
            if said.flood:
                flood(port, group, token, said.flood, said.senders)
            steady(port, group, token, said.seconds)


def hold(store: Store, folder: Path, dossiers: int) -> None:
    """The synthetic province of ``made_records``, with so many dossiers."""
    made_records.write(folder, max(dossiers, 1000))
    for table in sorted(folder.iterdir()):
        for part in sorted(table.glob("*.parquet")):
            frame = pl.read_parquet(part)
            if table.name == "dossiers":
                # The year that the records tell of becomes the one that ends this month.
                frame = frame.with_columns(payload=pl.lit("{}"))
            store.append(table.name, moved_to_now(frame))
    store.compact(whole=True)


def moved_to_now(frame: pl.DataFrame) -> pl.DataFrame:
    """All times shifted so that the last month of the records is the running one."""
    month = now().date().replace(day=1)
    shift = dt.datetime.combine(month, dt.time()) - dt.datetime(2026, 12, 1)
    times = [c for c, t in frame.schema.items() if t == pl.Datetime("us")]
    return frame.with_columns(pl.col(times) + shift)


@contextlib.contextmanager
def serving():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(configuration.__file__).parents[1]  # the one that this benchmark runs, not one installed
    environment = configuration.environment(PYTHONPATH=os.pathsep.join((str(SITE), str(program))))
    command = [sys.executable, str(SITE / "inbox_site.py"), str(port), "2"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        while True:
            with contextlib.suppress(OSError):
                http.client.HTTPConnection("127.0.0.1", port).connect()
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def log_in(port: int) -> str:
    from phucvu.inbox import senders
    from phucvu.inbox.home import store
    from phucvu.inbox.models import Sender

    name = f"speed-{Sender.objects.count()}"
    secret = senders.create(store(), name, made_records.ROOT)
    answer = post(
        http.client.HTTPConnection("127.0.0.1", port),
        "/api/dvcqg/auth",
        json.dumps({"username": name, "password": secret}).encode(),
    )
    return answer["session"]


def post(connection: http.client.HTTPConnection, path: str, body: bytes) -> dict:
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


class Batches:
    """Bodies of calls, each with its own dossiers, made beforehand so that making them is not measured."""

    def __init__(self, token: str, name: str, count: int) -> None:
        template = json.dumps(
            {
                "session": token,
                "madonvi": made_records.ROOT,
                "service": "DongBoHoSoMC",
                "isUpdating": "False",
            }
        )
        self.bodies = []
        for number in range(count):
            items = [dossier(f"{name}-{number}-{n}", number * OF_A_BATCH + n) for n in range(OF_A_BATCH)]
            data = json.dumps(items, ensure_ascii=False)
            self.bodies.append(f'{template[:-1]}, "data": {data}}}'.encode())


def dossier(code: str, number: int) -> dict:
    """1.4 KB of JSON, as systems send it."""
    units, procedures = made_records.UNITS, made_records.PROCEDURES
    file = {
        "TepDinhKemId": "1",
        "TenTepDinhKem": "don.pdf",
        "IsDeleted": "False",
        "MaThanhPhanHoSo": "TP1",
        "DuongDanTaiTepTin": "https://example.vn/tep/1",
        "DuocSoHoa": "1",
        "DuocTaiSuDung": "0",
        "DuocLayTuKhoDMQG": "0",
    }
    received = f"{now():%Y%m%d}000001"
    return {
        "MaHoSo": code,
        "MaTTHC": procedures[number % len(procedures)],
        "TenTTHC": "Thủ tục hành chính chỉ để thử tốc độ",
        "MaLinhVuc": "LV01",
        "TenLinhVuc": "Lĩnh vực chỉ để thử",
        "KenhThucHien": "2",
        "ChuHoSo": "Người Thử Nghiệm",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "",
        "ThongTinKhac": "",
        "Email": "",
        "Fax": "",
        "SoDienThoai": "",
        "TrichYeuHoSo": "Hồ sơ chỉ để thử tốc độ",
        "NgayNopHoSo": received,
        "NgayTiepNhan": received,
        "NgayHenTra": f"{now() + dt.timedelta(days=9):%Y%m%d}170000",
        "TrangThaiHoSo": "2",
        "NgayTra": "",
        "HinhThuc": "0",
        "NgayKetThucXuLy": "",
        "NgayTuChoi": "",
        "DonViXuLy": units[number % len(units)],
        "NoiNopHoSo": "1",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "1",
        "GhiChu": "",
        "TaiLieuNop": [file, file],
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "1", "HinhThucThu": "1", "Gia": "50000"}],
        "DanhSachGiayToKetQua": [],
        "DanhSachHoSoBoSung": [],
        "DSKetNoiCSDL": [{"MaCSDL": "1"}],
    }


def flood(port: int, group: int, token: str, size: int, senders: int) -> None:
    """So many dossiers, as fast as the server takes them over several connections."""
    batches = Batches(token, f"S{time.time_ns()}", 400).bodies
    acknowledged: list[float] = []
    lock = threading.Lock()
    numbers = iter(range(-(-size // OF_A_BATCH)))

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            repeats, place = divmod(number, len(batches))
            # About the same length, other codes: every dossier is a new one.
            body = batches[place].replace(b'"MaHoSo": "S', b'"MaHoSo": "R%d' % repeats)
            began = time.monotonic()
            answer = post(connection, "/api/dvcqg/service", body)
            assert answer["error_code"] == "0", answer["message"]
            with lock:
                acknowledged.append(time.monotonic() - began)

    before, spent = resource.getrusage(resource.RUSAGE_SELF), processor_time(group)
    began = time.monotonic()
    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    dossiers = len(acknowledged) * OF_A_BATCH
    moved = wait_until(lambda: not waiting("WAITING"))
    counted = wait_until(lambda: not waiting("MOVED"))
    spent = processor_time(group) - spent
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{dossiers:,} dossiers over {senders} connections, batches of {OF_A_BATCH}, {took:.0f} s")
    print(f"  HTTP to acknowledged   {dossiers / took:>9,.0f} dossiers/s, {quantiles(acknowledged)}")
    print(f"  to moved               {dossiers / (took + moved):>9,.0f} dossiers/s ({moved:.1f} s behind)")
    print(f"  to counted             {dossiers / (took + moved + counted):>9,.0f} dossiers/s")
    print(
        f"  processor time of 1,000 dossiers: server {1000 * spent / dossiers:.2f} s, "
        f"sender {1000 * own / dossiers:.2f} s"
    )
    print(f"  load of the machine by all that runs on it: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def steady(port: int, group: int, token: str, seconds: float) -> None:
    """500 dossiers a second; when does each batch show in what the pages read?"""
    from phucvu.inbox.counting import latest, version

    period = Period.months(now().year, now().month, 1)
    batches = Batches(token, f"P{time.time_ns()}", int(5 * seconds)).bodies
    acknowledged: list[float] = []
    ended = threading.Event()

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        began = time.monotonic()
        for number, body in enumerate(batches):
            time.sleep(max(0.0, began + number / 5 - time.monotonic()))
            assert post(connection, "/api/dvcqg/service", body)["error_code"] == "0"
            acknowledged.append(time.monotonic())
        ended.set()

    def received() -> int:
        found = latest(period)
        assert found is not None
        return found.figures.filter(unit=made_records.ROOT, indicator="1.4")["numerator"][0]

    wait_until(lambda: version(period) > 0)
    start, seen = received(), version(period)
    spent, before = processor_time(group), seen
    thread = threading.Thread(target=send)
    thread.start()
    lags: list[float] = []
    while len(lags) < len(batches):
        time.sleep(0.02)
        if version(period) != seen:
            seen = version(period)
            shown, moment = (received() - start) // OF_A_BATCH, time.monotonic()
            lags += [moment - at for at in acknowledged[len(lags) : shown]]
        assert not ended.is_set() or time.monotonic() < acknowledged[-1] + 60
    thread.join()
    print(f"500 dossiers/s for {seconds:.0f} s, {start:,} received in the running month before")
    print(f"  acknowledged to visible: {quantiles(lags)}")
    spent = 1000 * (processor_time(group) - spent) / (len(batches) * OF_A_BATCH)
    print(f"  processor time of 1,000 dossiers: server {spent:.2f} s; counted {seen - before} times")


def processor_time(group: int) -> float:
    """Seconds that the processes of a group have taken so far."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def counted_periods() -> int:
    from phucvu.inbox.models import CountedProcedures

    return CountedProcedures.objects.count()


def periods_held(store: Store) -> int:
    from phucvu.inbox.history import over

    con = connect()
    rows = store.table(con, "dossiers")
    first = rows.agg(first=rows.received_at.min().date()).to_polars()["first"][0]
    con.disconnect()
    return len(over(first, now().date())) + 3


def waiting(state: str) -> bool:
    from phucvu.inbox.models import Payload

    return Payload.objects.filter(state=Payload.State[state]).exists()


def wait_until(done) -> float:
    began = time.monotonic()
    while not done():
        time.sleep(0.02)
    return time.monotonic() - began


def quantiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, longest {max(seconds):.2f} s"


if __name__ == "__main__":
    print("PostgreSQL" if configuration.current().database_url else "SQLite")
    main()
