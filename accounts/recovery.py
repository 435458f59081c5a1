"""A way back in for someone who has lost every second factor: an administrator's yes, and time.

The person asks, with the password; an administrator who knows them approves; after
RECOVERY_DELAY_HOURS the factors are removed and others must be set up. Each step is mailed to every
address of the account with a link that stops it (ASVS 5.0: 6.3.7, 6.4.4).
"""

import logging
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import history, mail
from accounts.clients import Client
from accounts.errors import RecoveryError
from accounts.models import RecoveryRequest, SecurityEvent, User
from accounts.second_factor.changes import reset_factors
from accounts.secret_digest import digest_of
from notifications.events import notify

logger = logging.getLogger(__name__)

State = RecoveryRequest.State
Event = SecurityEvent.Kind
# Requests that came to nothing, within which another would only fill mailboxes.
PER_DAY = 3


def open_request(user: User) -> RecoveryRequest | None:
    return RecoveryRequest.objects.filter(user=user, state__in=RecoveryRequest.OPEN).first()


@transaction.atomic
def ask_for_recovery(*, user: User, reason: str, client: Client) -> RecoveryRequest:
    """Ask the administrators; return the request, which is the one under way if there is one."""
    User.objects.select_for_update().get(pk=user.pk)
    request = open_request(user)
    if request is not None:
        return request
    day_ago = timezone.now() - timedelta(days=1)
    if RecoveryRequest.objects.filter(user=user, asked_at__gt=day_ago).count() >= PER_DAY:
        raise RecoveryError(_("You asked three times today. Ask your administrator in person."))
    secret = secrets.token_urlsafe(32)
    request = RecoveryRequest.objects.create(
        user=user,
        reason=reason,
        ip=client.ip or None,
        user_agent=client.user_agent,
        cancel_digest=digest_of(secret),
    )
    history.record(user=user, kind=Event.RECOVERY_ASKED, client=client)
    _tell_person(request, "asked", secret)
    _tell_administrators(request)
    return request


@transaction.atomic
def approve(*, request: RecoveryRequest, by: User) -> RecoveryRequest:
    """Let the factors be reset once the delay is over. Raises RecoveryError."""
    held = _hold(request, State.ASKED)
    if held.user_id == by.pk:
        raise RecoveryError(_("You cannot approve your own request."))
    # A fresh link: the secret of the first is kept nowhere.
    secret = secrets.token_urlsafe(32)
    held.state, held.decided_by, held.decided_at = State.APPROVED, by, timezone.now()
    held.due_at = timezone.now() + timedelta(hours=settings.RECOVERY_DELAY_HOURS)
    held.cancel_digest = digest_of(secret)
    held.save()
    history.record(user=held.user, kind=Event.RECOVERY_APPROVED, by=by)
    _tell_person(held, "approved", secret)
    return held


@transaction.atomic
def refuse(*, request: RecoveryRequest, by: User) -> RecoveryRequest:
    """End a request that is open. Raises RecoveryError."""
    held = _hold(request, *RecoveryRequest.OPEN)
    held.state, held.decided_by, held.decided_at = State.REFUSED, by, timezone.now()
    held.save()
    history.record(user=held.user, kind=Event.RECOVERY_REFUSED, by=by)
    _tell_person(held, "refused", "")
    return held


def find_by_secret(secret: str) -> RecoveryRequest | None:
    """Return the open request that the secret of a mailed link stops."""
    digest = digest_of(secret)
    return RecoveryRequest.objects.filter(
        cancel_digest=digest, state__in=RecoveryRequest.OPEN
    ).first()


@transaction.atomic
def cancel(*, request: RecoveryRequest, client: Client) -> None:
    """Stop a request. Raises RecoveryError if it is not open any more."""
    held = _hold(request, *RecoveryRequest.OPEN)
    held.state = State.CANCELLED
    held.save()
    history.record(user=held.user, kind=Event.RECOVERY_CANCELLED, client=client)


def cancel_for(*, user: User, client: Client) -> None:
    """Stop what is open: the person has just shown a factor, so none needs resetting."""
    request = open_request(user)
    if request is None:
        return
    try:
        cancel(request=request, client=client)
    except RecoveryError:
        # Decided or done in between.
        logger.info("recovery ended before it was cancelled request=%s", request.pk)


def finish_due() -> int:
    """Carry out what is approved and due; return how many. Safe to run twice, or in two places."""
    due = RecoveryRequest.objects.filter(state=State.APPROVED, due_at__lte=timezone.now())
    return sum(_finish(pk) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _finish(pk: int) -> bool:
    request = RecoveryRequest.objects.select_for_update().select_related("user").get(pk=pk)
    if request.state != State.APPROVED or request.due_at is None:
        return False
    if request.due_at > timezone.now():
        return False
    reset_factors(user=request.user, by=request.decided_by)
    request.state = State.DONE
    request.save(update_fields=["state"])
    _tell_person(request, "done", "")
    return True


def _hold(request: RecoveryRequest, *states: str) -> RecoveryRequest:
    """Return the request under its lock, if it is in one of the states still."""
    held = RecoveryRequest.objects.select_for_update().get(pk=request.pk)
    if held.state not in states:
        raise RecoveryError(
            _("This request is closed: %(state)s.") % {"state": held.get_state_display()}
        )
    return held


def addresses_of(user: User) -> list[str]:
    """Return every address by which the person can be told."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return sorted({user.email, *verified.values_list("email", flat=True)})


def _tell_person(request: RecoveryRequest, step: str, secret: str) -> None:
    user = request.user
    link = mail.absolute_url("accounts:recovery_cancel", secret) if secret else ""
    context = {"user": user, "step": step, "link": link, "request_": request}
    # Letters and no notifications: the link is kept nowhere.
    for address in addresses_of(user):
        mail.post_letter(
            template="account/email/recovery", to=address, context=context, language=user.language
        )


def _tell_administrators(request: RecoveryRequest) -> None:
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    notify(
        kind="recovery_asked",
        to=administrators.exclude(pk=request.user_id),
        context={
            "who": request.user.username,
            "email": request.user.email,
            "reason": request.reason,
        },
        url=reverse("admin:accounts_recoveryrequest_changelist"),
    )


def forget_old_requests() -> int:
    """Cancel requests that nobody answered for 30 days; return how many."""
    month_ago = timezone.now() - timedelta(days=30)
    stale = RecoveryRequest.objects.filter(state=State.ASKED, asked_at__lt=month_ago)
    return stale.update(state=State.CANCELLED)
