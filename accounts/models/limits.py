"""How often something was tried in vain."""

from django.db import models


class Throttle(models.Model):
    """Failures under one key, in the database, so that every process agrees on them."""

    # A digest: neither addresses nor what people typed into a sign-in form are kept.
    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} failures"
