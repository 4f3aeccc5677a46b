"""What people send from the pages of accounts; what holds for commands too is checked where it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language

from phucvu.accounts import personal
from phucvu.accounts.models import User
from phucvu.problems import Fault, UnusableError


class Text(forms.CharField):
    """Text as it was typed, empty where nothing was; no more of it than ``longest`` characters."""

    def __init__(self, *, longest: int | None = None, strip: bool = False) -> None:
        super().__init__(required=False, strip=strip)
        self.longest = longest

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value))[: self.longest]


class Form(forms.Form):
    """A form whose fields can be told the faults that were found when its work was done."""

    def tell(self, error: UnusableError) -> None:
        for one in error.faults:
            words = one.en if get_language() == "en" else one.vi
            self.add_error(one.field if one.field in self.fields else None, words)

    @property
    def said(self) -> dict[str, str]:
        """What the fields shall show: as it was sent."""
        return {name: self[name].value() or "" for name in self.fields}

    @property
    def problems(self) -> dict[str, str]:
        """By field, the first that is wrong."""
        return {name: str(said[0]) for name, said in self.errors.items()}


class AccountForm(Form):
    """Who somebody is and what they may; a change leaves the user name as it is."""

    username, full_name, email, role, unit, subject = (Text() for _ in range(6))


class SessionForm(Form):
    """The number of the session that is meant; none for all."""

    session = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class PersonalForm(Form):
    """One personal value of a dossier, and what it is needed for."""

    field, reason = Text(), Text()

    def value(self, user: User, dossier: personal.Dossier) -> str | None:
        """The value; None where something is wrong."""
        if self.is_valid():
            try:
                return personal.show_one(user, dossier, **self.cleaned_data)
            except UnusableError as error:
                self.tell(error)
            except KeyError:
                self.tell(UnusableError(Fault("no_entry_chosen", field="field")))
        return None
