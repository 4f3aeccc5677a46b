"""The portal's reports: how each is asked for, and which figures it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError

PAGE_SIZE = 200
CATALOGUE_PAGE_SIZE = 100
"""An entry of the catalogue may name thousands of units, so its pages are smaller."""

RESULTS = "service-results"
PROVINCES = "provinces"
"""Service-results of the nation: what the portal calls the provinces, and their scores."""

CATALOGUE = "formalities"

GROUPS = {
    "CKMB": "transparency",
    "TDGQ": "progress",
    "CLGQ": "online",
    "ONLINE": "online",
    "TTTT": "payment",
    "MDSH": "digitisation",
    "MDHL": "satisfaction",
}
"""The portal's names of the groups."""


@dataclass(frozen=True)
class Share:
    """A figure given as fields of a unit's row: the sum of ``numerator`` over ``denominator``."""

    numerator: tuple[str, ...]
    denominator: str


@dataclass(frozen=True)
class Report:
    """One of the six reports, each of one group.

    ``metrics`` says which indicator a metric's code stands for; a report without metrics gives its
    figures as fields (``shares``, by indicator). ``own`` and ``others`` are where the answer has the
    unit asked about and those below it.
    """

    name: str
    group: str
    metrics: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)

    @property
    def own(self) -> str:
        return "overview" if self.metrics else "parent"

    @property
    def others(self) -> str:
        return "evaluation" if self.metrics else "children"


REPORTS = (
    Report(
        "transparency",
        "transparency",
        {
            "PUBLISH_ON_TIME": "1.1",
            "PUBLIC_UPDATE_ON_TIME": "1.2",
            "PUBLIC_CONTENT_FULL": "1.3",
            "DOSSIER_SYNC": "1.4",
        },
    ),
    Report("dvc-progress-tree", "progress", shares={"2.1": Share(("totalOnTime",), "totalReceived")}),
    Report(
        "provide-online-tree",
        "online",
        shares={
            "3.1": Share(("partialCount", "fullCount"), "authorityCount"),
            "3.2": Share(("onlineDossierCount",), "onlineServiceTotal"),
            "3.3": Share(("channelOnlineSum",), "channelTotalSum"),
        },
    ),
    Report(
        "formality-online-payment-tree",
        "payment",
        shares={
            "3.4": Share(("totalDossierOnlineFormalityPaymentSuccess",), "totalFeeFormality"),
            "3.5": Share(("totalFeeDossierFormality",), "totalFeeFormality"),
            "3.6": Share(("totalDossierOnlinePaymentSuccess",), "totalDossierFinancialObligation"),
        },
    ),
    Report(
        "dossier-digitized",
        "digitisation",
        {
            "ORIGINAL_RESULT_AVAILABLE": "4.1",
            "SO_HOA_GIAY_TO_GIAI_QUYET": "4.2",
            "REUSED_DIGITIZED_DATA": "4.3",
            "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": "4.4",
            "CITIZEN_DATA_CONNECTED_FORMALITY": "4.5a",
            "CITIZEN_DATA_CONNECTED_DOSSIER": "4.5b",
            "ELECTRONIC_CERTIFIED_COPY": "4.6",
        },
    ),
    Report(
        "handling-satisfaction",
        "satisfaction",
        {
            "PETITION_CLASSIFICATION_TTHC": "5.1a",
            "PETITION_CLASSIFICATION_STAFF": "5.1b",
            "PETITION_PROCESSING_ON_TIME": "5.2",
            "PETITION_HANDLING_SATISFACTION": "5.3",
            "DOSSIER_RECEIVING_SATISFACTION": "5.4",
        },
    ),
)


def label(report: str, unit: str | None) -> str:
    """How problems name a report and the unit it is about.

    >>> label("transparency", "H21.17"), label(CATALOGUE, "H21")
    ('transparency (H21.17)', 'formalities (cả nước)')
    """
    of_nation = unit is None or report in (PROVINCES, CATALOGUE)
    return f"{RESULTS if report == PROVINCES else report} ({'cả nước' if of_nation else unit})"


def path(report: str) -> str:
    """Where a report is asked for, after the portal's address."""
    if report == CATALOGUE:
        return "/api/v1/reporting/formalities"
    return f"/api/v1/reporting/evaluation/{RESULTS if report == PROVINCES else report}"


def payload(
    report: str, period: Period, root: str | None, page: int, formality: str | None = None
) -> dict[str, Any]:
    """What is sent to ask for one page of a report.

    ``root`` is the portal's id of the unit asked about, None for the nation; ``formality`` its id of one
    procedure, for the reports that can be narrowed to one; the catalogue is searched for it. Raises
    UnusableError for a period that is no month, quarter or year: the portal has no others.
    """
    if report == CATALOGUE:
        wanted = {} if formality is None else {"q": formality}
        return wanted | {"currentPage": page, "pageSize": CATALOGUE_PAGE_SIZE}
    asked: dict[str, Any] = {"currentPage": page, "pageSize": PAGE_SIZE} | _of(period, report)
    if root is None:
        asked["departmentType"] = "ADMINISTRATIVE_UNIT"
    else:
        asked["rootDepartmentId"] = root
    if formality is not None:
        # The portal spells this field differently in one of its reports.
        asked["formalityID" if report == "dossier-digitized" else "formalityId"] = formality
    return asked


def _of(period: Period, report: str) -> dict[str, Any]:
    if period.kind == "days":
        raise UnusableError(Fault("portal_without_period", period=period))
    if report == "handling-satisfaction":
        return {"fromDate": str(period.first), "toDate": str(period.last)}
    asked: dict[str, Any] = {"timeType": period.kind, "year": period.first.year}
    if period.kind == "quarter":
        asked["quarter"] = period.quarter
    elif period.kind == "month":
        asked["month"] = period.first.month
    return asked
