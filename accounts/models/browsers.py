"""Browsers that people have signed in with."""

from django.conf import settings
from django.db import models


class Browser(models.Model):
    """A browser that a person has signed in with, known again by a cookie of its own.

    Known, it has its own count of wrong passwords (OWASP: "Slow Down Online Guessing Attacks with
    Device Cookies"), and signing in on it is no news. Remembered, it stands for the second factor
    until `remembered_until`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browsers"
    )
    # Of the cookie's value, which only the browser holds.
    digest = models.CharField(max_length=64, editable=False)
    user_agent = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    remembered_until = models.DateTimeField(null=True, blank=True)
    # django-otp's persistent id of the device by which it came to be remembered.
    remembered_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="browser_known_once")
        ]

    def __str__(self) -> str:
        return f"browser {self.pk} of {self.user_id}"
