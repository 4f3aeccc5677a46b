"""A home of one invented commune with simulated dossiers, for the pictures of its workspace."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

import polars as pl

from phucvu.engine.figures import figures
from phucvu.engine.sources import of_store
from phucvu.figures.units import Unit, Units
from phucvu.inbox.home import open_home
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.published import portal_2026
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.simulation.simulator import simulate

LIKE = "H21.227"
"""Its figures are those of this commune, so that they hang together; its name is not."""

UNITS = (
    Unit("H99", "UBND tỉnh Ví Dụ", "province", None),
    Unit("H99.101", "UBND xã An Thử", "commune", "H99"),
)
NAME, PASSWORD = "thu-truong", "mot-mat-khau-de-chup-anh"
CODES = tuple(f"ma-du-phong-{number}" for number in range(100))
"""Recovery codes: each picture signs in anew, and each code works once."""


def make(home: Path) -> None:
    """Make the home: dossiers of the running year, what is counted of them, lists, and one account."""
    open_home(home, "phucvu.web.settings")
    # Their tables can be named only once the database is set up.
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from allauth.mfa.utils import encrypt

    from phucvu.accounts import managing
    from phucvu.inbox.clock import now
    from phucvu.inbox.counting import publish, running
    from phucvu.inbox.lists import Maker

    moment = now().replace(microsecond=0)
    store = Store(str(home))
    with tempfile.TemporaryDirectory(prefix="phucvu-office-") as folder:
        made = simulate(_wanted(moment), Units(UNITS), Path(folder), now=moment)
        for name in sorted(made.rows, key=lambda n: not n.startswith(("units", "procedures"))):
            import_file(store, Path(folder, name), policy=Policy(synchronised=True))
        misspelt = Path(folder, "misspelt.jsonl")
        misspelt.write_text("".join(f"{json.dumps(one)}\n" for one in _misspelt(moment)), encoding="utf-8")
        import_file(store, misspelt, sender="H99.101")
    with of_store(store) as tables:
        for period in running(moment.date()):
            publish(period, figures(tables, rules_in_use(), period, moment), moment)
    maker = Maker(store)
    while maker.make_if_changed():
        pass
    head = managing.create(
        "(pictures)", username=NAME, email="thu-truong@example.vn", role="head", unit="H99.101"
    )
    head.set_password(PASSWORD)
    head.save()
    TOTP.activate(head, generate_totp_secret())
    codes = {"migrated_codes": [encrypt(code) for code in CODES]}
    Authenticator.objects.create(user=head, type=Authenticator.Type.RECOVERY_CODES, data=codes)


def _wanted(moment: dt.datetime) -> pl.DataFrame:
    published = portal_2026().figures.filter(unit=LIKE)
    return published.with_columns(unit=pl.lit("H99.101"), period=pl.lit(str(moment.year)))


def _misspelt(moment: dt.datetime) -> list[dict[str, str]]:
    """Dossiers that name a unit that there is not, so that they are set aside."""
    return [
        {
            "MaHoSo": f"H99.101-MAU-{number}",
            "MaTTHC": "9.000001",
            "ChuHoSo": "Người Thử Nghiệm",
            "DonViXuLy": "Bộ phận một cửa xã An Thử",
            "TrangThaiHoSo": "2",
            "NgayTiepNhan": f"{moment:%Y%m%d}080000",
        }
        for number in (1, 2, 3)
    ]
