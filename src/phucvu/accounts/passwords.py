"""Setting a password by a link, which works once however many ask at the same moment."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.views import PasswordResetFromKeyView

from phucvu.accounts import sessions
from phucvu.accounts.models import User


class UsedError(Exception):
    """The link has been used in the meantime."""


class Form(ResetPasswordKeyForm):  # type: ignore[misc]
    def save(self) -> None:
        """Sets the password where it is still the one that the link was checked against."""
        before = self.user.password
        self.user.set_password(self.cleaned_data["password1"])
        # One statement of the database: of several at once, one finds the row as it was.
        if not User.objects.filter(pk=self.user.pk, password=before).update(password=self.user.password):
            raise UsedError
        sessions.end(self.user, self.user)


class View(PasswordResetFromKeyView):  # type: ignore[misc]
    form_class = Form

    def get_form_class(self) -> Any:
        return Form

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except UsedError:
            self.reset_user = None
            return self.render_to_response(self.get_context_data(token_fail=True))


set_by_link = View.as_view()
