"""A phone, and the code that was sent to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.second_factor import DIGITS, NewPhoneForm


class PhoneForm(NewPhoneForm):
    """A number, as for a second factor."""


class PhoneCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=16, widget=forms.TextInput(attrs={**DIGITS, "autofocus": True})
    )
