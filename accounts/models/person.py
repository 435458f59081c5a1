"""Who you are."""

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import USERNAME_MAX_LENGTH, validate_username

AVATAR_SIZES = (64, 128, 256, 512)


class UserQuerySet(models.QuerySet["User"]):
    def with_email(self, email: str) -> "UserQuerySet":
        """At most one: compared without case, by the index that keeps addresses unique."""
        return self.alias(email_key=Lower("email")).filter(email_key=email.lower())

    def with_username(self, username: str) -> "UserQuerySet":
        return self.alias(name_key=Lower("username")).filter(name_key=username.lower())

    def with_login(self, login: str) -> "UserQuerySet":
        """At most one: an e-mail address has an "@", a user name never does."""
        return self.with_email(login) if "@" in login else self.with_username(login)


class PersonManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    # Migrations need no more than a plain manager, and must not import the app.
    use_in_migrations = False

    def create_superuser(self, *args: Any, **kwargs: Any) -> "User":
        """Make an administrator by `manage.py createsuperuser`, whose address needs no mail."""
        user: User = super().create_superuser(*args, **kwargs)
        addresses: Any = apps.get_model("account", "EmailAddress")
        if user.email:
            addresses.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractUser):
    """A person. Signs in with the e-mail address or the user name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        _("user name"),
        max_length=USERNAME_MAX_LENGTH,
        unique=True,
        validators=[validate_username],
        help_text=_("Letters, digits and . _ + - only."),
        error_messages={"unique": _("This user name is taken. Choose another one.")},
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    bio = models.TextField(_("about you"), max_length=500, blank=True)
    # E.164 (ITU-T): "+" and at most 15 digits.
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=12, default="en")
    # The storage folder of the avatar's sizes, `avatars/<user id>/<random>`; empty without one.
    avatar = models.CharField(max_length=200, blank=True, editable=False)
    # Refused at sign-in, and in sessions, until the password is reset by a mailed link.
    must_reset_password = models.BooleanField(_("must reset the password"), default=False)
    # An administrator asks for a second factor, whatever SECOND_FACTOR says.
    must_enrol = models.BooleanField(_("must have a second factor"), default=False)
    delete_after = models.DateTimeField(
        _("deletion due"), null=True, blank=True, editable=False, db_index=True
    )

    objects: ClassVar[PersonManager] = PersonManager()

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
                violation_error_message=_("This user name is taken. Choose another one."),
            ),
        ]

    @property
    def name(self) -> str:
        """How the person is called on pages and in mail."""
        return self.display_name or self.username

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; UTC for one that the system has dropped since it was chosen."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def avatar_key(self) -> str:
        """The random part of the avatar's folder; "" without an avatar."""
        return self.avatar.rpartition("/")[2]

    @property
    def avatar_url(self) -> str:
        """Where the top bar's size of the avatar is; "" without one."""
        if not self.avatar:
            return ""
        return reverse("accounts:avatar_image", args=[self.pk, self.avatar_key, 128])

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
