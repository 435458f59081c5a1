"""Where people are reached, and what they want to be told there."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def usable(self) -> "EndpointQuerySet":
        return self.filter(verified_at__isnull=False, disabled_at=None)


class Endpoint(models.Model):
    """An address besides the account's own mail: a phone, a webhook, a browser, a topic."""

    # Of the site itself, such as an operators' topic, where there is no user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="endpoints",
        null=True,
        blank=True,
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=20)
    # E.164 number, URL or ARN.
    address = models.CharField(max_length=500)
    label = models.CharField(max_length=80, blank=True)
    # What the channel needs besides: the keys of a browser, the digest of a secret.
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Nothing is sent before the address is known to be the person's, nor after it is disabled.
    verified_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "channel", "address"], name="endpoint_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class Preference(models.Model):
    """Where somebody departs from a subject's defaults on a channel."""

    class Mode(models.TextChoices):
        ON = "on", _("At once")
        DIGEST = "digest", _("In the daily digest")
        OFF = "off", _("Never")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    subject = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    mode = models.CharField(max_length=10, choices=Mode)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "subject", "channel"], name="preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.channel} {self.mode}"


class Timing(models.Model):
    """When somebody wants to be left alone, and when the digest comes; in their own time zone."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_timing",
    )
    # Both or neither. From 22:00 to 07:00 goes over midnight.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(default=8)

    class Meta:
        verbose_name = _("timing")
        verbose_name_plural = _("timings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23), name="timing_hour_of_day"
            )
        ]

    def __str__(self) -> str:
        return f"timing of {self.pk}"


class Suppression(models.Model):
    """An address that must not be sent to any more, whoever has it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("Bounced")
        COMPLAINED = "complained", _("Reported as spam")
        OPTED_OUT = "opted_out", _("Opted out")

    channel = models.CharField(_("channel"), max_length=20)
    # In lower case.
    address = models.CharField(_("address"), max_length=500)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="suppression_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.reason} {self.pk}"
