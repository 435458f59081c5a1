"""Keys for scripts."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.person import User


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def of(self, user: User) -> "AccessTokenQuerySet":
        return self.filter(user=user)

    def usable(self) -> "AccessTokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class AccessToken(models.Model):
    """A key by which a script acts for a person, within its scope, until it expires."""

    class Scope(models.TextChoices):
        READ = "read", _("Read: list and download")
        WRITE = "write", _("Read and write: upload, move, delete, share")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="access_tokens",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=64)
    scope = models.CharField(_("what it may do"), max_length=8, choices=Scope, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # The first letters, by which people know a token in their scripts again.
    hint = models.CharField(_("begins with"), max_length=16, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_ip = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        indexes = [models.Index(fields=["user", "-id"], name="access_token_newest")]

    def __str__(self) -> str:
        return f"access token {self.hint}…"
