"""allauth's forms, in our words, and with what it leaves open closed."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse  # noqa: TID251  (the shape allauth asks for)
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.clients import NOBODY
from accounts.http import client_of
from accounts.models import User

PASSWORD_HELP = _("At least 8 characters; 15 or more are better. A few words make a good one.")


class OurWords:
    """Labels instead of placeholders, which vanish when they are needed."""

    fields: dict[str, forms.Field]
    labels: dict[str, Any] = {}
    help_texts: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")


class SignInForm(OurWords, allauth_forms.LoginForm):
    labels = {
        "login": _("E-mail address or user name"),
        "password": _("Password"),
        "remember": _("Keep me signed in on this device"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(
            autocomplete="username webauthn",
            autocapitalize="none",
            spellcheck="false",
            autofocus=True,
        )

    # How long to wait, for the page to count down; 0 where nothing is to be waited for.
    wait_seconds = 0

    def clean(self) -> Any:
        try:
            return super().clean()  # type: ignore[no-untyped-call]
        except forms.ValidationError as error:
            self.wait_seconds = (getattr(error, "params", None) or {}).get("seconds", 0)
            raise


class SignUpForm(OurWords, allauth_forms.SignupForm):
    labels = {
        "email": _("E-mail address"),
        "username": _("User name"),
        "password1": _("Password"),
        "password2": _("Password, once more"),
    }
    help_texts = {
        "email": _("We send a link there to make sure that it is yours."),
        "username": _(
            "Letters, digits and . _ + - only. If somebody has it already, we add a number; "
            "you can change it later."
        ),
        "password1": PASSWORD_HELP,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.update(autocapitalize="none", spellcheck="false")

    def clean_username(self) -> str:
        # Whether it is taken is not said: free_username() finds another.
        return str(get_adapter().clean_username(self.cleaned_data["username"], shallow=True))

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account, or mail the owner of the one that is there: as slowly, and alike."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    result: tuple[User | None, HttpResponse | None] = super().try_save(request)
                    return result
            except IntegrityError:
                # Somebody was faster, with the same address or name.
                email = self.cleaned_data["email"]
                self.account_already_exists = User.objects.with_email(email).exists()
                if not self.account_already_exists:
                    raise
        make_password(self.cleaned_data["password1"])
        return super().try_save(request)  # type: ignore[no-any-return]


class ChangeEmailForm(OurWords, allauth_forms.AddEmailForm):
    labels = {"email": _("New e-mail address")}
    help_texts = {
        "email": _("We send a link there. Until you follow it, your present address stays.")
    }

    def save(self, request: HttpRequest) -> EmailAddress:
        with transaction.atomic():
            address: EmailAddress = super().save(request)
        return address


class ChangePasswordForm(OurWords, allauth_forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    help_texts = {"password1": PASSWORD_HELP}


class SetPasswordForm(OurWords, allauth_forms.SetPasswordForm):
    labels = {"password1": _("Password"), "password2": _("Password, once more")}
    help_texts = {"password1": PASSWORD_HELP}


class ResetPasswordForm(OurWords, allauth_forms.ResetPasswordForm):
    labels = {"email": _("E-mail address")}
    help_texts = {"email": _("The one of your account.")}

    def clean_email(self) -> str:
        """Find the account by its own address alone, not by one that is still to be verified."""
        email = str(self.cleaned_data["email"])
        self.users = list(User.objects.with_email(email).filter(is_active=True))
        return email


class NewPasswordForm(OurWords, allauth_forms.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    help_texts = {"password1": PASSWORD_HELP}

    def save(self) -> None:
        request = get_adapter().request
        client = client_of(request) if request else NOBODY
        password = self.cleaned_data["password1"]
        passwords.reset_password(user=self.user, password=password, client=client)


class ReauthenticateForm(OurWords, allauth_forms.ReauthenticateForm):
    labels = {"password": _("Password")}
