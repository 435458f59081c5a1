"""What is still owed to somebody, and how it went."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """A mail that answers a request, such as a link to verify an address: no notification.

    It may hold a secret, so it is kept encrypted, and only until it went: notifications.letters.
    """

    sealed = models.TextField(blank=True)
    # Not sent later than this: a code is good for minutes only.
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return f"letter {self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def open(self) -> "DeliveryQuerySet":
        return self.filter(state__in=Delivery.OPEN)

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """What may be taken: not sent, its time has come, or its worker let the lease run out."""
        return self.open().filter(due_at__lte=now)

    def dead(self) -> "DeliveryQuerySet":
        return self.filter(state=Delivery.State.DEAD)


class Delivery(models.Model):
    """One message, owed by one channel to one address."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        # Waits to be part of a digest, which is a delivery of its own.
        HELD = "held", _("Held for the digest")
        SENT = "sent", _("Sent")
        # The dead letter: given up, shown to administrators, can be replayed.
        DEAD = "dead", _("Failed")
        # Not wanted any more when its time came: bounced, opted out, switched off.
        DROPPED = "dropped", _("Not sent")

    class Priority(models.IntegerChoices):
        LETTER = 0, _("Letter")
        URGENT = 1, _("Urgent")
        NORMAL = 2, _("Normal")
        BULK = 3, _("Bulk")

    OPEN = (State.PENDING, State.SENDING)

    notification = models.ForeignKey(
        "notifications.Notification",
        on_delete=models.CASCADE,
        related_name="deliveries",
        null=True,
        blank=True,
    )
    letter = models.OneToOneField(
        Letter, on_delete=models.CASCADE, related_name="delivery", null=True, blank=True
    )
    channel = models.CharField(_("channel"), max_length=20)
    endpoint = models.ForeignKey(
        "notifications.Endpoint",
        on_delete=models.CASCADE,
        related_name="deliveries",
        null=True,
        blank=True,
    )
    # Where to, as it was when it happened: mail address, number, URL, ARN.
    address = models.CharField(_("address"), max_length=500)
    # Given to every receiver that takes one, the same at each attempt.
    idempotency_key = models.UUIDField(
        _("idempotency key"), default=uuid.uuid4, unique=True, editable=False
    )
    # Of those with the same (not empty) text, the older goes first.
    order_key = models.CharField(max_length=120, blank=True)
    # Smaller goes first: a code must not wait behind an announcement to everybody.
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Waiting: when to try. Being sent: when the lease ends and another worker may take it.
    due_at = models.DateTimeField(_("due"))
    # Who holds the lease: what a worker marks, it marks with its own claim.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    error = models.CharField(_("error"), max_length=300, blank=True)
    # What the receiver called it, such as the MessageId of SNS.
    receipt = models.CharField(_("receipt"), max_length=200, blank=True)
    # What it is owed for: a failure leads back to who asked (notifications.outbox.observing).
    request_id = models.CharField(
        _("request"), max_length=64, blank=True, db_default="", editable=False
    )
    traceparent = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(notification=None) ^ models.Q(letter=None),
                name="delivery_of_one",
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "priority", "due_at"],
                condition=models.Q(state__in=("pending", "sending")),
                name="delivery_due",
            ),
            models.Index(
                fields=["order_key", "id"],
                condition=models.Q(state__in=("pending", "sending")) & ~models.Q(order_key=""),
                name="delivery_order",
            ),
            models.Index(fields=["-id"], condition=models.Q(state="dead"), name="delivery_dead"),
            models.Index(
                fields=["notification"], condition=models.Q(state="held"), name="delivery_held"
            ),
            models.Index(fields=["finished_at"], name="delivery_finished"),
            # By which a provider's own report of what became of it is matched.
            models.Index(
                fields=["receipt"], condition=~models.Q(receipt=""), name="delivery_receipt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk} {self.state}"


class ChannelState(models.Model):
    """What all workers know of a way out: is it broken, and how much may still go now.

    `name` is a channel ("email") or, where each address stands for itself, channel and endpoint
    ("webhook:12").
    """

    name = models.CharField(max_length=60, primary_key=True)
    # In a row, without one success.
    failures = models.PositiveIntegerField(default=0)
    # The circuit breaker, or a receiver that asked for a pause: nothing is tried before.
    paused_until = models.DateTimeField(null=True, blank=True)
    # The bucket of the rate limit, and when it was last filled.
    tokens = models.FloatField(default=0)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("channel's state")
        verbose_name_plural = _("channels' states")

    def __str__(self) -> str:
        return self.name
