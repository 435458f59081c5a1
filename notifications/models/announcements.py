"""What the people who run the site say to everybody."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    """A draft until it is sent; then it stays as it is."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody who has ever signed in")
        STAFF = "staff", _("Staff only")

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(
        _("text"), max_length=4000, help_text=_("Plain text. An empty line begins a paragraph.")
    )
    # A path on this site, or "".
    url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_("A page of this site to read more on, such as /files/. May be empty."),
    )
    audience = models.CharField(
        _("who is told"), max_length=10, choices=Audience, default=Audience.EVERYBODY
    )
    by_email = models.BooleanField(
        _("by e-mail too"), default=False, help_text=_("To those who have not switched it off.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    told = models.PositiveIntegerField(_("people told"), default=0, editable=False)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return self.title
