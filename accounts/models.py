"""Who you are."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person. Signs in with the e-mail address or the user name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    bio = models.TextField(_("about you"), max_length=500, blank=True)
    # E.164 (ITU-T): "+" and at most 15 digits.
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=12, default="en")
    # The storage folder of the avatar's sizes; empty without one.
    avatar = models.CharField(max_length=200, blank=True, editable=False)
    must_reset_password = models.BooleanField(_("must reset the password"), default=False)
    delete_after = models.DateTimeField(_("deletion due"), null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Someone already uses this e-mail address."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message=_("This user name is taken."),
            ),
        ]

    @property
    def name(self) -> str:
        """How the person is called on pages and in mail."""
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
