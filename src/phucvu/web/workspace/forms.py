"""What people send from the pages of the workspace."""

from __future__ import annotations

from django import forms

from phucvu.accounts import personal
from phucvu.accounts.forms import Form, Text
from phucvu.intake.files import KINDS
from phucvu.records.set_aside import NAMED

LONGEST_NAME = 300


class FileForm(Form):
    """A file, and what it holds; no kind where its columns are to say that."""

    file = forms.FileField(required=False, allow_empty_file=True)
    kind = forms.ChoiceField(required=False, choices=[(kind, kind) for kind in KINDS])


class MendForm(Form):
    """What a name that is not known means: a unit or procedure, by its code."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in NAMED])
    name, code = (Text(longest=LONGEST_NAME, strip=True) for _ in range(2))


class ReasonForm(Form):
    """Why something is done."""

    reason = Text(longest=personal.LONGEST_REASON, strip=True)


class AgainForm(Form):
    """Which item that the portal refused is sent again; all where none is named."""

    item = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class VersionForm(Form):
    """The version of a dossier that shall count, and why."""

    version = forms.IntegerField(min_value=0, max_value=99_999_999)
    reason = Text()
