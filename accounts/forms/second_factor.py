"""What people type to show, and to name, a second factor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.second_factor.changes import NAME_LENGTH
from accounts.second_factor.verifying import MAX_CODE_LENGTH
from accounts.validators import normalise_phone

# Digits are typed on a phone's number pad; pasting and filling from an app or SMS work.
DIGITS = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "spellcheck": "false",
    "class": "input--code",
    "data-code": "6",
}
LETTERS = {
    "autocomplete": "off",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "class": "input--code",
}


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=MAX_CODE_LENGTH)
    remember = forms.BooleanField(label="", required=False)

    def __init__(
        self, *args: object, recovery: bool = False, remember_days: int = 0, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["code"]
        field.widget.attrs.update(LETTERS if recovery else DIGITS, autofocus=True)
        if recovery:
            field.label = _("Recovery code")
        if remember_days:
            text = _("Remember this browser for %d days") % remember_days
            self.fields["remember"].label = text
        else:
            del self.fields["remember"]


class AppForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("By which you will know it, such as “Work phone”."),
    )
    code = forms.CharField(
        label=_("Code from the app"), max_length=16, widget=forms.TextInput(attrs=DIGITS)
    )


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("By which you will know it, such as “Laptop” or “Security key”."),
    )
    passkey = forms.CharField(widget=forms.HiddenInput, required=False)


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class SentCodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=16, widget=forms.TextInput(attrs=DIGITS))
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)


class NewPhoneForm(forms.Form):
    number = forms.CharField(
        label=_("Phone"),
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With the country's code, such as +49 170 1234567."),
    )

    def clean_number(self) -> str:
        return normalise_phone(self.cleaned_data["number"])
