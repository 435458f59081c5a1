"""Second factors that django-otp has none of: hashed recovery codes, and codes that are sent.

Authenticator apps are django-otp's TOTPDevice, passkeys django-otp-webauthn's WebAuthnCredential.
All are django-otp devices, so that one authority, `django_otp.verify_token()`, checks codes.
"""

import hmac
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, TimestampMixin

from accounts.secret_digest import digest_of, keyed_digest_of

# ASVS 5.0, 6.5.5: codes that are sent are good for ten minutes at most.
SENT_CODE_LIFETIME = timedelta(minutes=10)
# Guesses at one code; then another must be sent.
SENT_CODE_GUESSES = 5


def plain_recovery_code(code: str) -> str:
    """Return a code as it was made, however it was typed: case, spaces and dashes do not count."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    # Crockford's base 32 has no letters that look like digits.
    return letters.translate(str.maketrans("OIL", "011"))


class RecoveryCodes(TimestampMixin, Device):
    """A person's set of recovery codes: one device, many codes, each good once."""

    class Meta:
        verbose_name = _("recovery codes")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user"], name="one_set_of_recovery_codes")]

    def verify_token(self, token: str) -> bool:
        """Spend the code. One statement decides, so that of many who try it at once one wins."""
        unused = self.codes.filter(digest=digest_of(plain_recovery_code(token)), used_at=None)
        if unused.update(used_at=timezone.now()) != 1:
            return False
        self.last_used_at = timezone.now()
        self.save(update_fields=["last_used_at"])
        return True


class RecoveryCode(models.Model):
    device = models.ForeignKey(RecoveryCodes, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class KeptCode(models.Model):
    """A code of six digits that was sent somewhere. Kept as a keyed digest: six digits are few."""

    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    guesses = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def code_purpose(self) -> str:
        """What the digest is bound to: a code of one row opens no other."""
        return f"kept-code:{self._meta.label_lower}:{self.pk}"

    def keep_code(self, code: str) -> None:
        """Remember the code that is about to be sent; an earlier one is good no more."""
        self.code_digest = self._digest_of(code)
        self.sent_at = timezone.now()
        self.guesses = 0
        self.save(update_fields=["code_digest", "sent_at", "guesses"])

    def spend_code(self, code: str) -> bool:
        """Tell whether the code is the one that was sent, which it is once. Hold the row's lock."""
        if not self.code_digest or self.sent_at is None or self.guesses >= SENT_CODE_GUESSES:
            return False
        fresh = timezone.now() - self.sent_at < SENT_CODE_LIFETIME
        right = hmac.compare_digest(self.code_digest, self._digest_of(code))
        if right:
            self.code_digest = ""
        else:
            self.guesses += 1
        self.save(update_fields=["code_digest", "guesses"])
        return right and fresh

    def _digest_of(self, code: str) -> str:
        return keyed_digest_of("".join(code.split()), purpose=self.code_purpose)


class SentCode(KeptCode, TimestampMixin, Device):
    """A way to send codes as a second factor."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.name)

    @property
    def code_purpose(self) -> str:
        return f"sent-code:{self.persistent_id}"

    def verify_token(self, token: str) -> bool:
        """Spend the code, under the row's lock that `django_otp.verify_token()` holds."""
        right = self.spend_code(token)
        if right:
            self.last_used_at = timezone.now()
            self.save(update_fields=["last_used_at"])
        return right


class EmailCode(SentCode):
    """Codes to the person's own address, whichever it is when one is sent."""

    class Meta:
        verbose_name = _("e-mail codes")
        verbose_name_plural = _("e-mail codes")
        constraints = [models.UniqueConstraint(fields=["user"], name="one_way_of_email_codes")]


class PhoneCode(SentCode):
    """Codes by SMS to a number of its own, which may differ from the profile's."""

    # E.164 (ITU-T): "+" and at most 15 digits.
    number = models.CharField(_("phone"), max_length=16)

    class Meta:
        verbose_name = _("SMS codes")
        verbose_name_plural = _("SMS codes")
        constraints = [
            models.UniqueConstraint(fields=["user", "number"], name="phone_codes_number_unique")
        ]
