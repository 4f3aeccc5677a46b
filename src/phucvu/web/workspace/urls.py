"""The addresses of the workspace, each with its rule: all are about the unit that stands in them."""

from __future__ import annotations

from django.urls import path, re_path

from phucvu.accounts.doors import requires
from phucvu.accounts.permissions import Action
from phucvu.web.drawing import undated_png
from phucvu.web.workspace import (
    aside,
    assigned,
    brief,
    by_handler,
    chart_remarks,
    deed_minutes,
    difficulty_list,
    dossiers,
    doubts,
    drives,
    explaining,
    exports,
    follow_up,
    improvement,
    letter_pdf,
    matching,
    official_letters,
    one_dossier,
    online_services,
    own_notices,
    points_at_stake,
    publication,
    publishing,
    recurring,
    refused,
    saved_lists,
    template_history,
    trying,
    unit,
    upload,
    week,
    why_changed,
)

see = requires(Action.SEE_WORKSPACE, "unit")
mend = requires(Action.MEND, "unit")
answer = requires(Action.ANSWER, "unit")
assign = requires(Action.ASSIGN, "unit")
handlers = requires(Action.SEE_HANDLERS, "unit")
choose = requires(Action.CHOOSE_VERSION, "unit")
write = requires(Action.WRITE_LETTERS, "unit")
publish = requires(Action.PUBLISH, "unit")
annotate = requires(Action.ANNOTATE, "unit")

UNIT = "workspace/(?P<unit>[^/]+)"
FORM = "(?P<form>csv|xlsx)"
JOB = f"{UNIT}/exports/(?P<job>[0-9a-f]{{32}})"

in_languages = [
    path("workspace", requires(Action.SEE_WORKSPACE)(unit.to_own), name="workspace-own"),
    path("accounts/notices", requires(Action.SEE_WORKSPACE)(own_notices.show), name="own-notices"),
    path("workspace/<unit>", see(unit.show), name="workspace"),
    path("workspace/<unit>/brief", see(brief.show), name="workspace-brief"),
    path("workspace/<unit>/brief.docx", see(brief.show), {"form": "docx"}, name="workspace-brief-file"),
    path("workspace/<unit>/week", see(week.show), name="workspace-week"),
    re_path(rf"^{UNIT}/week\.{FORM}$", see(week.show), name="workspace-week-file"),
    path("workspace/<unit>/lists", see(saved_lists.show), name="workspace-lists"),
    path("workspace/<unit>/lists/save", answer(saved_lists.save), name="workspace-lists-save"),
    path("workspace/<unit>/lists/change", answer(saved_lists.change), name="workspace-lists-change"),
    path("workspace/<unit>/dossiers", see(dossiers.show), name="workspace-dossiers"),
    re_path(
        r"^workspace/(?P<unit>[^/]+)/dossiers\.(?P<form>csv|xlsx)$",
        see(dossiers.show),
        name="workspace-dossiers-file",
    ),
    path("workspace/<unit>/dossiers/<sender>/<path:code>", see(one_dossier.show), name="workspace-dossier"),
    path(
        "workspace/<unit>/versions/<sender>/<path:code>",
        choose(one_dossier.choose),
        name="workspace-choose-version",
    ),
    re_path(rf"^{JOB}$", see(exports.show), name="workspace-export"),
    re_path(rf"^{JOB}/file$", see(exports.take), name="workspace-export-file"),
    re_path(rf"^{UNIT}/(?P<table>overview|below)\.{FORM}$", see(unit.show), name="workspace-file"),
    re_path(rf"^{UNIT}/ledger\.{FORM}$", see(matching.as_file), name="workspace-ledger-file"),
    path("workspace/<unit>/ledger", see(matching.show), name="workspace-ledger"),
    re_path(rf"^{UNIT}/fully-online\.{FORM}$", see(online_services.show), name="workspace-fully-online-file"),
    re_path(rf"^{UNIT}/plan\.{FORM}$", see(improvement.show), name="workspace-plan-file"),
    path("workspace/<unit>/plan", see(improvement.show), name="workspace-plan"),
    path("workspace/<unit>/plan/minutes", assign(deed_minutes.save), name="workspace-plan-minutes"),
    path("workspace/<unit>/what-if", see(trying.show), name="workspace-what-if"),
    path("workspace/<unit>/fully-online", see(online_services.show), name="workspace-fully-online"),
    re_path(rf"^{UNIT}/changes\.{FORM}$", see(why_changed.show), name="workspace-changes-file"),
    path("workspace/<unit>/changes", see(why_changed.show), name="workspace-changes"),
    re_path(rf"^{UNIT}/losses\.{FORM}$", see(points_at_stake.show), name="workspace-losses-file"),
    path("workspace/<unit>/losses", see(points_at_stake.show), name="workspace-losses"),
    re_path(rf"^{UNIT}/doubts\.{FORM}$", see(doubts.show), name="workspace-doubts-file"),
    re_path(rf"^{UNIT}/set-aside\.{FORM}$", see(aside.as_file), name="workspace-set-aside-file"),
    path("workspace/<unit>/doubts", see(doubts.show), name="workspace-doubts"),
    path("workspace/<unit>/follow-up", see(follow_up.show), name="workspace-follow-up"),
    re_path(rf"^{UNIT}/publication\.{FORM}$", see(publication.show), name="workspace-publication-file"),
    path("workspace/<unit>/publication", see(publication.show), name="workspace-publication"),
    re_path(rf"^{UNIT}/targets\.{FORM}$", see(assigned.show), name="workspace-targets-file"),
    path("workspace/<unit>/targets", see(assigned.show), name="workspace-targets"),
    path("workspace/<unit>/targets/assign", assign(assigned.assign), name="workspace-targets-assign"),
    path("workspace/<unit>/targets/withdraw", assign(assigned.withdraw), name="workspace-targets-withdraw"),
    re_path(rf"^{UNIT}/explanations\.{FORM}$", see(explaining.show), name="workspace-explanations-file"),
    path("workspace/<unit>/explanations", see(explaining.show), name="workspace-explanations"),
    path("workspace/<unit>/explanations/ask", assign(explaining.ask), name="workspace-explanations-ask"),
    path(
        "workspace/<unit>/explanations/answer",
        answer(explaining.answer),
        name="workspace-explanations-answer",
    ),
    path(
        "workspace/<unit>/explanations/apology",
        answer(explaining.apologise),
        name="workspace-explanations-apology",
    ),
    re_path(rf"^{UNIT}/reports\.{FORM}$", see(recurring.show), name="workspace-reports-file"),
    path("workspace/<unit>/reports", see(recurring.show), name="workspace-reports"),
    path("workspace/<unit>/reports/sent", answer(recurring.sent), name="workspace-reports-sent"),
    path("workspace/<unit>/reports/want", assign(recurring.want), name="workspace-reports-want"),
    re_path(rf"^{UNIT}/difficulties\.{FORM}$", see(difficulty_list.show), name="workspace-difficulties-file"),
    path("workspace/<unit>/difficulties", see(difficulty_list.show), name="workspace-difficulties"),
    path(
        "workspace/<unit>/difficulties/register",
        answer(difficulty_list.register),
        name="workspace-difficulties-register",
    ),
    path(
        "workspace/<unit>/difficulties/answer",
        assign(difficulty_list.answer),
        name="workspace-difficulties-answer",
    ),
    re_path(rf"^{UNIT}/campaigns\.{FORM}$", see(drives.show), name="workspace-campaigns-file"),
    path("workspace/<unit>/campaigns", see(drives.show), name="workspace-campaigns"),
    path("workspace/<unit>/campaigns/line.svg", see(drives.picture), name="workspace-campaigns-line"),
    path(
        "workspace/<unit>/campaigns/line.png",
        see(undated_png(drives.picture)),
        name="workspace-campaigns-png",
    ),
    path("workspace/<unit>/campaigns/start", assign(drives.start), name="workspace-campaigns-start"),
    path("workspace/<unit>/campaigns/stop", assign(drives.stop), name="workspace-campaigns-stop"),
    re_path(rf"^{UNIT}/handlers\.{FORM}$", handlers(by_handler.show), name="workspace-handlers-file"),
    path("workspace/<unit>/handlers", handlers(by_handler.show), name="workspace-handlers"),
    path("workspace/<unit>/upload", mend(upload.start), name="workspace-upload"),
    path("workspace/<unit>/upload/mau-<kind>.xlsx", mend(upload.template), name="workspace-upload-template"),
    path("workspace/<unit>/upload/<key>", mend(upload.one), name="workspace-upload-one"),
    path("workspace/<unit>/upload/<key>/confirm", mend(upload.confirm), name="workspace-upload-confirm"),
    path("workspace/<unit>/upload/<key>/discard", mend(upload.discard), name="workspace-upload-discard"),
    path("workspace/<unit>/refused", see(refused.every), name="workspace-refused"),
    re_path(rf"^{UNIT}/refused\.{FORM}$", see(refused.as_file), name="workspace-refused-file"),
    path("workspace/<unit>/refused/again", mend(refused.again), name="workspace-refused-again"),
    path("workspace/<unit>/set-aside", see(aside.every), name="workspace-set-aside"),
    path("workspace/<unit>/set-aside/mend", mend(aside.mend), name="workspace-mend"),
    path("workspace/<unit>/set-aside/replay", mend(aside.replay), name="workspace-replay"),
    path("workspace/<unit>/set-aside/<identity>", see(aside.one), name="workspace-set-aside-one"),
    path("workspace/<unit>/set-aside/<identity>/dismiss", mend(aside.dismiss), name="workspace-dismiss"),
    path("workspace/<unit>/set-aside/<identity>/back", mend(aside.bring_back), name="workspace-bring-back"),
    path("workspace/<unit>/letters", write(official_letters.show), name="workspace-letters"),
    re_path(
        rf"^{UNIT}/letters/(?P<kind>[a-z-]+)\.(?P<form>docx|xlsx)$",
        write(official_letters.take),
        name="workspace-letter",
    ),
    path("workspace/<unit>/letters/<kind>/pdf", write(letter_pdf.ask), name="workspace-letter-pdf"),
    re_path(
        rf"^{UNIT}/letters/made/(?P<job>[0-9a-f]{{32}})$",
        write(letter_pdf.show),
        name="workspace-letter-made",
    ),
    re_path(
        rf"^{UNIT}/letters/made/(?P<job>[0-9a-f]{{32}})/file$",
        write(letter_pdf.take),
        name="workspace-letter-pdf-file",
    ),
    re_path(
        rf"^{UNIT}/letters/made/(?P<job>[0-9a-f]{{32}})/(?P<number>[0-9]{{1,3}})\.png$",
        write(letter_pdf.page),
        name="workspace-letter-page",
    ),
    path(
        "workspace/<unit>/letters/<kind>/templates",
        write(template_history.show),
        name="workspace-letter-templates",
    ),
    path(
        "workspace/<unit>/letters/<kind>/templates/keep",
        write(template_history.keep),
        name="workspace-letter-templates-keep",
    ),
    path(
        "workspace/<unit>/letters/<kind>/templates/back",
        write(template_history.back),
        name="workspace-letter-templates-back",
    ),
    path(
        "workspace/<unit>/letters/<kind>/templates/<int:number>.docx",
        write(template_history.take),
        name="workspace-letter-template",
    ),
    path("workspace/<unit>/remarks", annotate(chart_remarks.show), name="workspace-chart-remarks"),
    path("workspace/<unit>/remarks/add", annotate(chart_remarks.add), name="workspace-chart-remarks-add"),
    path(
        "workspace/<unit>/remarks/<int:number>/withdraw",
        annotate(chart_remarks.withdraw),
        name="workspace-chart-remarks-withdraw",
    ),
    path("workspace/<unit>/publishing", publish(publishing.show), name="workspace-publishing"),
    path("workspace/<unit>/publishing/freeze", publish(publishing.freeze), name="workspace-freeze"),
    path("workspace/<unit>/publishing/decide", publish(publishing.decide), name="workspace-decide"),
]
