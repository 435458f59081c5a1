"""What the whole site keeps about itself: the audit trail, and when its jobs ran."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One security-relevant act. Never changed, but for the seal that it gets once.

    People are kept as ids and not as foreign keys: an entry outlives whom it is about.
    """

    class Result(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"))
    # "signed_in", "factor_removed", "link_made", "admin_change"…
    act = models.CharField(_("act"), max_length=40)
    # Who did it; None for the site itself and for guests.
    actor = models.UUIDField(_("done by"), null=True)
    # Whose account or vault it was done to.
    subject = models.UUIDField(_("account"), null=True)
    # What it was done with, as ids: "node 7f…", "accounts.user 1c…".
    target = models.CharField(_("target"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, default=Result.DONE)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    # The place in the chain, counted from 1, and the digest that ties it to the one before.
    number = models.BigIntegerField(_("number"), null=True, unique=True)
    seal = models.CharField(_("seal"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["id"], condition=Q(number=None), name="audit_unsealed"),
            models.Index(fields=["subject", "-id"], name="audit_of_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, seal="") | Q(number__gte=1), name="audit_sealed_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.result}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked by whoever makes it longer."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)
    # Up to which row the admin's own log has been taken into the trail.
    admin_log = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.number} {self.seal}"


class JobRun(models.Model):
    """When a job of devops360.schedule ran last, how it went, and when it is due again."""

    name = models.CharField(_("name"), max_length=60, primary_key=True)
    next_at = models.DateTimeField(_("next run"))
    started_at = models.DateTimeField(_("begun"), null=True)
    # The last time that it ended well.
    finished_at = models.DateTimeField(_("last ended well"), null=True)
    # In a row.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.name
