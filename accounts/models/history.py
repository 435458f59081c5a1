"""What happened to an account, for its owner and for whoever looks into an incident."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecurityEvent(models.Model):
    """A sign-in, a refusal, or a change of how one signs in. Never edited."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        PASSWORD_REFUSED = "password_refused", _("Wrong password")
        CODE_REFUSED = "code_refused", _("Wrong code")
        SIGNED_OUT = "signed_out", _("Signed out")
        CONFIRMED = "confirmed", _("Confirmed who they are")
        FACTOR_ADDED = "factor_added", _("Second factor added")
        FACTOR_RENAMED = "factor_renamed", _("Second factor renamed")
        FACTOR_REMOVED = "factor_removed", _("Second factor removed")
        FACTORS_RESET = "factors_reset", _("Second factors reset")
        CODES_MADE = "codes_made", _("Recovery codes made")
        CODE_SPENT = "code_spent", _("Recovery code used")
        BROWSER_REMEMBERED = "browser_remembered", _("Browser remembered")
        BROWSERS_FORGOTTEN = "browsers_forgotten", _("Remembered browsers forgotten")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        EMAIL_CHANGED = "email_changed", _("E-mail address changed")
        SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
        TOKEN_MADE = "token_made", _("Access token made")
        TOKEN_REVOKED = "token_revoked", _("Access token revoked")
        RECOVERY_ASKED = "recovery_asked", _("Recovery asked for")
        RECOVERY_APPROVED = "recovery_approved", _("Recovery approved")
        RECOVERY_REFUSED = "recovery_refused", _("Recovery refused")
        RECOVERY_CANCELLED = "recovery_cancelled", _("Recovery cancelled")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="security_events",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("what happened"), max_length=24, choices=Kind)
    # What it was about, such as the name of a device.
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    at = models.DateTimeField(_("time"), auto_now_add=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    # Who did it, where it was not the person: an administrator. None from a command.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        indexes = [
            models.Index(fields=["user", "-id"], name="security_event_newest"),
            # By which accounts are found that somebody guesses at.
            models.Index(
                fields=["at"],
                condition=models.Q(kind="password_refused"),
                name="security_event_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id} {self.at:%Y-%m-%d %H:%M}"
