"""What was taken from outside."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InboundMessage(models.Model):
    """A message of SNS that was taken: posted again, it changes nothing more."""

    message_id = models.CharField(max_length=100, primary_key=True)
    topic = models.CharField(max_length=300)
    # What it was about: "bounce", "complaint", "text_failed", "subscription", "other".
    about = models.CharField(max_length=20)
    received_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("message of SNS")
        verbose_name_plural = _("messages of SNS")

    def __str__(self) -> str:
        return f"{self.about} {self.message_id}"
