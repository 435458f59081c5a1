"""Access tokens: keys by which scripts act for people."""

import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import history, limits
from accounts.clients import Client
from accounts.errors import AccountError
from accounts.models import AccessToken, SecurityEvent, User
from accounts.second_factor.changes import tell_of_change
from accounts.secret_digest import digest_of

logger = logging.getLogger(__name__)

# Recognisable to secret scanners, as RFC 8959's "secret-token:" is meant to be, but shorter.
PREFIX = "d360_"
HINT_LENGTH = len(PREFIX) + 6
SECRET_BYTES = 32
TOKENS_PER_PERSON = 50
# A token's last use is written at most this often: not at every call of a busy script.
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenError(AccountError):
    """The token is unknown, expired or revoked; which of them is not said."""


class TokenScopeError(TokenError):
    """The token is good, but not for this."""


class TokenLimitError(TokenError):
    """Too many wrong tokens came from this address. `seconds` until one is read again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            _("Too many wrong tokens. Try again in %(time)s.") % {"time": limits.spell_out(seconds)}
        )


@transaction.atomic
def make_token(
    *, user: User, name: str, scope: str, days: int, client: Client
) -> tuple[AccessToken, str]:
    """Make a token; return it and its secret, which is kept nowhere."""
    if AccessToken.objects.of(user).usable().count() >= TOKENS_PER_PERSON:
        raise AccountError(_("You have 50 tokens. Revoke one that you no longer use."))
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        digest=digest_of(secret),
        hint=secret[:HINT_LENGTH],
        expires_at=timezone.now() + timedelta(days=days),
    )
    kind = SecurityEvent.Kind.TOKEN_MADE
    history.record(user=user, kind=kind, client=client, detail=name)
    tell_of_change(user=user, event=kind, detail=name, client=client)
    return token, secret


@transaction.atomic
def revoke_token(*, token: AccessToken, client: Client) -> None:
    """End a token at once. Harmless to repeat."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        kind = SecurityEvent.Kind.TOKEN_REVOKED
        history.record(user=token.user, kind=kind, client=client, detail=token.name)


def use_token(*, secret: str, writes: bool, client: Client) -> AccessToken:
    """Return the token of that secret, its owner with it.

    Raises TokenError, TokenScopeError or TokenLimitError; wrong ones are counted by address.
    """
    network = limits.network_of(client.ip)
    seconds = limits.seconds_to_wait(limits.TOKEN, network)
    if seconds:
        raise TokenLimitError(seconds)
    found = AccessToken.objects.usable().filter(digest=digest_of(secret))
    token = found.select_related("user").first()
    if token is None or token.user.must_reset_password:
        _count_wrong_token(network)
        raise TokenError(_("This token is not valid: unknown, expired or revoked."))
    if writes and token.scope != AccessToken.Scope.WRITE:
        raise TokenScopeError(_("This token may only read. Make one that may write."))
    _note_use(token, client)
    return token


def _count_wrong_token(network: str) -> None:
    try:
        limits.count_attempt(limits.TOKEN, network)
    except limits.TooManyAttemptsError as error:
        raise TokenLimitError(error.seconds) from error


def _note_use(token: AccessToken, client: Client) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(
            last_used_at=now, last_used_ip=client.ip or None
        )
