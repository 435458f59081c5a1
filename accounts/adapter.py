"""Where allauth asks us: names, mail, links, and what is told at sign-in."""

# allauth types people as AbstractBaseUser; here they are always accounts.User.
# mypy: disable-error-code="override"

import logging
from typing import Any, override

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: TID251
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import arrival, browsers, history, limits, mail, notices, passwords, people
from accounts.clients import NOBODY
from accounts.http import client_of
from accounts.languages import wanted_language
from accounts.models import SecurityEvent, User
from notifications import suppression
from notifications.channels.base import EMAIL

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
    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002
    ) -> User:
        """Make a person, who is written to in the language that the browser asked for."""
        user.language = wanted_language(request)
        super().save_user(request, user, form, commit=commit)
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = people.free_username(user.username)

    def set_password(self, user: User, password: str) -> None:
        client = client_of(self.request) if self.request else NOBODY
        passwords.set_password(user=user, password=password, client=client)

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
        before = email_address.user.email
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            # Whoever has the link shows that mail arrives there again.
            suppression.lift(channel=EMAIL, address=email_address.email)
        if confirmed and before.lower() != email_address.email.lower():
            client = client_of(request)
            kind = SecurityEvent.Kind.EMAIL_CHANGED
            user = email_address.user
            history.record(user=user, kind=kind, client=client, detail=email_address.email)
            notices.tell_of_new_address(
                user=user, client=client, before=before, after=email_address.email
            )
        return confirmed

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        signed_in = self.request.user.is_authenticated
        return reverse("account_email" if signed_in else "account_login")

    # -- Mail ---------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = user.language if isinstance(user, User) else wanted_language(self.request)
        values = {key: value for key, value in context.items() if key != "request"}
        mail.post_letter(template=template_prefix, to=email, context=values, language=language)

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
        """Tell of what allauth alone knows; the rest was told with the change itself."""
        if template_prefix == "account/email/email_deleted" and context:
            client = client_of(self.request) if self.request else NOBODY
            gone = str(context["deleted_email"])
            page = "account_reset_password"
            notices.tell(
                kind="email_removed",
                user=user,
                client=client,
                page=page,
                also_mail=gone,
                email=gone,
            )

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return mail.absolute_url("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _separator, token = key.partition("-")
        return mail.absolute_url("account_reset_password_from_key", uid, token)

    # -- Signing in ---------------------------------------------------------------------------
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before it is made, against the account and against the address."""
        client = client_of(request)
        login = str(credentials.get("email") or credentials.get("username") or "")
        person = User.objects.with_login(login).first()
        browser = browsers.known_browser(user=person, client=client) if person else None
        limit = limits.PASSWORD_ON_KNOWN_BROWSER if browser else limits.PASSWORD
        subject = f"{person.pk}:{browser.pk if browser else ''}" if person else login
        # Where an office shares an address, its strangers do not hold up browsers that are known.
        network = "" if browser else limits.network_of(client.ip)
        try:
            if network:
                limits.count_attempt(limits.ADDRESS, network)
            limits.count_attempt(limit, subject)
        except limits.TooManyAttemptsError as error:
            raise ValidationError(
                str(error), code="too_many_login_attempts", params={"seconds": error.seconds}
            ) from error
        self._counted = (limit, subject, network)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: Any = super().authenticate(request, **credentials)
        if user:
            limit, subject, network = self._counted
            limits.forgive_all(limit, subject)
            if network:
                limits.forgive_one(limits.ADDRESS, network)
        found: User | None = user
        return found

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the refusal down; for an unknown account as slowly, so that no clock tells."""
        client = client_of(request)
        logger.warning("sign-in refused ip=%s", client.ip)
        login = str(credentials.get("email") or credentials.get("username") or "")
        person = User.objects.with_login(login).first()
        kind = SecurityEvent.Kind.PASSWORD_REFUSED
        if person:
            history.record(user=person, kind=kind, client=client)
        else:
            limits.write_as_much_as_history()
            history.refuse_nobody(kind=kind, client=client)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if user.is_active and user.must_reset_password:
            self.add_message(
                request, messages.WARNING, "account/messages/password_reset_required.txt"
            )
            return HttpResponseRedirect(reverse("account_reset_password"))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        device = getattr(request, "signed_in_by", None)
        if device is not None:
            arrival.arrive(request, device=device)
        else:
            arrival.after_password(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.delete_after:
            return HttpResponseRedirect(reverse("accounts:deletion"))
        return response

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """One page confirms who somebody is, by whatever that person has."""
        return [{"id": "confirm", "description": "", "url": reverse("accounts:confirm")}]

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            kind = SecurityEvent.Kind.SIGNED_OUT
            history.record(user=request.user, kind=kind, client=client_of(request))
        super().logout(request)
