"""Phones that people want to be told things by, until they have shown that they are theirs."""

from django.conf import settings
from django.db import models

from accounts.models.factors import KeptCode


class PhoneCheck(KeptCode):
    """A number that a code was sent to. No second factor: it opens nothing, now or later."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_checks"
    )
    # E.164 (ITU-T): "+" and at most 15 digits.
    number = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "number"], name="phone_check_once_per_person")
        ]

    def __str__(self) -> str:
        return f"phone check {self.pk}"
