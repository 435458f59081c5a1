"""Asking for a way back in when every second factor is lost."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RecoveryRequest(models.Model):
    """A person with the password but no second factor asks an administrator to reset them.

    Approved, it takes effect only at `due_at`: time for the owner to see the mail and to cancel.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for an administrator")
        APPROVED = "approved", _("Approved, waiting")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.ASKED, State.APPROVED)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="recovery_requests",
        verbose_name=_("person"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ASKED)
    reason = models.CharField(_("what happened"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    # Of the secret in the mailed link that cancels it.
    cancel_digest = models.CharField(max_length=64, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("recovery request")
        verbose_name_plural = _("recovery requests")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=("asked", "approved")),
                name="one_open_recovery_request",
            )
        ]

    def __str__(self) -> str:
        return f"recovery request {self.pk} ({self.state})"
