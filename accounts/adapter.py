"""Where allauth asks us: names, mail, links, and what is told at sign-in."""

# allauth types people as AbstractBaseUser; here they are always accounts.User.
# mypy: disable-error-code="override"

import logging
from typing import Any, override

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: TID251
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import mail, passwords, people, sessions
from accounts.models import User

logger = logging.getLogger(__name__)


def display_name(user: User) -> str:
    return user.name


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This e-mail address and password do not match. Check both, or reset your password."
        ),
        "username_password_mismatch": _(
            "This user name and password do not match. Check both, or reset your password."
        ),
        "incorrect_password": _("This is not your password. Try again, or reset it."),
        "enter_current_password": _("This is not your current password. Try again."),
        "duplicate_email": _("This is your address already. Enter a different one."),
        "too_many_login_attempts": _(
            "Too many attempts. Wait five minutes, then try again, or reset your password."
        ),
        "username_blacklisted": _("This user name is reserved. Choose another one."),
        "username_taken": _("This user name is taken. Choose another one."),
        "invalid_password_reset": _("This link is not valid any more. Ask for a new one."),
        "rate_limited": _("Too many requests. Wait a few minutes, then try again."),
    }

    # -- Names and passwords ------------------------------------------------------------------
    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = people.free_username(user.username)

    def set_password(self, user: User, password: str) -> None:
        passwords.set_password(user=user, password=password)

    # -- E-mail addresses ---------------------------------------------------------------------
    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Verify an address, whole or not at all; not if another account came first."""
        others = User.objects.with_email(email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False
        return bool(super().confirm_email(request, email_address))

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        signed_in = self.request.user.is_authenticated
        return reverse("account_email" if signed_in else "account_login")

    # -- Mail ---------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = user.language if isinstance(user, User) else ""
        values = {key: value for key, value in context.items() if key != "request"}
        mail.send_mail(template=template_prefix, to=email, context=values, language=language)

    @override
    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        address = emailconfirmation.email_address
        if User.objects.with_email(address.email).exclude(pk=address.user_id).exists():
            # Somebody asked to change to an address that another account has. Only the mail says.
            self.send_account_already_exists_mail(address.email)
            return
        super().send_confirmation_mail(request, emailconfirmation, signup)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        # To the address on record, never to the one that was typed.
        super().send_password_reset_mail(user, user.email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        values = {"user": user, **(context or {})}
        super().send_notification_mail(template_prefix, user, values, email)
        if template_prefix == "account/email/email_changed":
            super().send_notification_mail(template_prefix, user, values, values["to_email"])

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return mail.absolute_url("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _separator, token = key.partition("-")
        return mail.absolute_url("account_reset_password_from_key", uid, token)

    # -- Signing in ---------------------------------------------------------------------------
    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("sign-in refused ip=%s", self.get_client_ip(request))

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if user.is_active and user.must_reset_password:
            self.add_message(
                request, messages.WARNING, "account/messages/password_reset_required.txt"
            )
            return HttpResponseRedirect(reverse("account_reset_password"))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        logger.info("signed in user=%s ip=%s", user.pk, self.get_client_ip(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.delete_after:
            return HttpResponseRedirect(reverse("accounts:deletion"))
        return response

    def reauthenticate(self, user: User, password: str) -> bool:
        if not super().reauthenticate(user, password):
            return False
        sessions.rotate_key(session=self.request.session)
        return True

    def logout(self, request: HttpRequest) -> None:
        logger.info("signed out user=%s", request.user.pk)
        super().logout(request)
