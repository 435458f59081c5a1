"""Forms of the administration."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.storage_use import known_quota

GIGABYTE = 1000**3


class InvitationForm(forms.ModelForm[User]):
    """A new person, who sets the password by a mailed link."""

    class Meta:
        model = User
        fields = ["email", "username", "display_name", "language"]
        help_texts = {
            "email": _("A link to set a password goes there. It is good for an hour."),
            "username": _("Letters, digits and . _ + - only. The person can change it."),
        }

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"] or settings.LANGUAGE_CODE)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PersonForm(forms.ModelForm[User]):
    """What an administrator changes about a person, with what the files app keeps of them."""

    quota = forms.DecimalField(
        label=_("quota in GB"), required=False, min_value=0, max_digits=12, decimal_places=3
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = known_quota()
        field = self.fields["quota"]
        if known is None:
            field.disabled = True
            return
        own = known.read(self.instance.pk)
        self.initial["quota"] = None if own is None else _in_gigabytes(own)
        everyone = {"size": known.words(known.everyone())}
        field.help_text = _("Empty: %(size)s, as everyone.") % everyone

    def save_quota(self) -> None:
        """Set the quota, where it was changed."""
        known = known_quota()
        if known is None or "quota" not in self.changed_data:
            return
        wanted: Decimal | None = self.cleaned_data["quota"]
        known.write(self.instance.pk, None if wanted is None else int(wanted * GIGABYTE))


def _in_gigabytes(size: int) -> Decimal:
    return (Decimal(size) / GIGABYTE).quantize(Decimal("0.001"))
