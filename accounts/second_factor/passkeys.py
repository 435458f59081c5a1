"""Passkeys: WebAuthn Level 3, as a second factor and as the whole sign-in.

django-otp-webauthn keeps the credentials and py_webauthn checks them; of its views nothing is used.
A ceremony has two steps: options for the browser with a state to keep in the session, then the
browser's answer, which is good for that state alone.
"""

import json
import time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import UserVerificationRequirement

from accounts import history, limits
from accounts.clients import Client
from accounts.errors import CodeRefusedError, FactorError
from accounts.models import SecurityEvent, User
from accounts.second_factor import changes
from accounts.second_factor.guesses import guess_subject

type Options = dict[str, Any]
type State = dict[str, Any]

# Between the options and the answer.
CEREMONY_SECONDS = 5 * 60
# An answer is about a kilobyte; attestations of some devices are several.
MAX_ANSWER_LENGTH = 64 * 1024
REFUSED = gettext_lazy("This passkey was not accepted. Try again, or choose another way.")
# What py_webauthn raises for answers that somebody made up.
MALFORMED = (WebAuthnException, OTPWebAuthnApiError, ValueError, KeyError, TypeError)


class PasskeyHelper(WebAuthnHelper):
    """Demand that the device knows its user: a passkey alone must be two factors in one."""

    def get_generate_registration_options_kwargs(self, *, user: Any) -> dict[str, Any]:
        options: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        choice = options["authenticator_selection"]
        choice.user_verification = UserVerificationRequirement.REQUIRED
        return options


def begin_registration(*, user: User) -> tuple[Options, State]:
    """Return options for `navigator.credentials.create()`, and the state (section 7.1)."""
    options, state = _helper().register_begin(user=user)
    return options, state | {"at": time.time()}


def add_passkey(
    *, user: User, state: State | None, answer: str, name: str, client: Client
) -> WebAuthnCredential:
    """Keep a passkey that the person's device has just made. Raises FactorError."""
    data = _parse(answer)
    fresh = _fresh(state)
    try:
        with transaction.atomic():
            changes.refuse_too_many(user)
            device: WebAuthnCredential = _helper().register_complete(
                user=user, state=fresh, data=data
            )
            device.name = changes.free_name(user, name.strip() or "Passkey")
            device.save(update_fields=["name"])
            changes.factor_added(device=device, client=client)
    except IntegrityError as error:
        raise FactorError(_("This passkey is here already.")) from error
    except MALFORMED as error:
        raise FactorError(_("The passkey could not be added. Try again.")) from error
    return device


def begin_verification(*, user: User | None) -> tuple[Options, State]:
    """Return options for `navigator.credentials.get()`, and the state (section 7.2).

    Without a user, for signing in: the device offers the accounts that it knows, and says nothing
    of them to us before its user agreed.
    """
    options, state = _helper().authenticate_begin(user=user, require_user_verification=True)
    return options, state | {"at": time.time(), "user": str(user.pk) if user else ""}


def check_passkey(
    *, user: User | None, state: State | None, answer: str, client: Client
) -> WebAuthnCredential:
    """Return the passkey that signed the state's challenge.

    Raises CodeRefusedError, or TooManyAttemptsError without having looked.
    """
    limit, subject = _subject(user, client)
    limits.count_attempt(limit, subject)
    try:
        device = _verified(user, state, _parse(answer))
    except (*MALFORMED, FactorError) as error:
        if user is not None:
            kind = SecurityEvent.Kind.CODE_REFUSED
            history.record(user=user, kind=kind, client=client, detail="passkey")
        raise CodeRefusedError(str(REFUSED)) from error
    if user is None:
        limits.forgive_one(limit, subject)
    else:
        limits.forgive_all(limit, subject)
    return device


@transaction.atomic
def _verified(user: User | None, state: State | None, data: Any) -> WebAuthnCredential:
    fresh = _fresh(state)
    if fresh["user"] != (str(user.pk) if user else ""):
        raise CodeRefusedError(str(REFUSED))
    # The row is held while the count of its uses is compared: a copy of the answer comes too late.
    held = WebAuthnCredential.objects.select_for_update().select_related("user")
    known = held.filter(
        credential_id_sha256=WebAuthnCredential.get_credential_id_sha256(
            base64url_to_bytes(data["rawId"])
        )
    ).first()
    if known is None or not known.confirmed or not known.user.is_active:
        raise CodeRefusedError(str(REFUSED))
    device: WebAuthnCredential = _helper().authenticate_complete(user=user, state=fresh, data=data)
    return device


def _subject(user: User | None, client: Client) -> tuple[limits.Limit, str]:
    if user is None:
        return limits.ADDRESS, limits.network_of(client.ip)
    return limits.CODE, guess_subject(user=user, client=client)


def _fresh(state: State | None) -> State:
    if not state or time.time() - state["at"] > CEREMONY_SECONDS:
        raise FactorError(_("That took too long. Try again."))
    return state


def _parse(answer: str) -> Any:
    if len(answer) > MAX_ANSWER_LENGTH:
        raise FactorError(str(REFUSED))
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise FactorError(str(REFUSED)) from error
    if not isinstance(data, dict):
        raise FactorError(str(REFUSED))
    return data


def _helper() -> PasskeyHelper:
    # The request is for settings that are callables, which ours are not.
    nothing: Any = None
    return PasskeyHelper(request=nothing)
