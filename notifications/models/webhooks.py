"""What a webhook has besides its address, and how its last calls went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.models.people import Endpoint

# Of what a receiver answered, so much is kept to be looked at.
ANSWER_LENGTH = 1000


class Webhook(models.Model):
    """The secret that posts are signed by, and since when they fail."""

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="webhook"
    )
    # Encrypted: notifications.kept_secrets.
    sealed_secret = models.TextField(editable=False)
    # The secret before, by which posts are signed too until its receiver has the new one.
    sealed_previous = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True)
    # The first and the last failure without a success between them.
    failing_since = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookCall(models.Model):
    """One post to a webhook, and what came back."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="calls")
    # The `webhook-id`: the same at each attempt.
    message_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    called_at = models.DateTimeField(auto_now_add=True)
    milliseconds = models.PositiveIntegerField(default=0)
    # None where nobody answered; then `error` says why.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=ANSWER_LENGTH, blank=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="webhook_call_newest"),
            models.Index(fields=["called_at"], name="webhook_call_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status or self.error}"

    @property
    def succeeded(self) -> bool:
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004  (2xx)
