from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class DeletionForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        help_text=_("Type it to confirm that you mean it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip()
        if email.lower() != self.user.email.lower():
            message = _("This is not the address of your account. Type %(email)s.")
            raise forms.ValidationError(message, "other", {"email": self.user.email})
        return email
