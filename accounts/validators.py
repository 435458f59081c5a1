"""What may stand in a person's fields."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

USERNAME_MAX_LENGTH = 40

# Without "@", a user name can never be taken for someone's e-mail address at sign-in. ASCII alone,
# so that two names never look alike and every database compares them alike; the display name is
# where everything else goes.
validate_username = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._+-]*\Z",
    _("Use letters (a to z), digits, and . _ + - only, beginning with a letter or digit."),
    "invalid_username",
)


def normalise_phone(value: str) -> str:
    """Return a phone number, typed with its country code, as E.164: `+41446681800`.

    "" stays "". Raises ValidationError with an example of what to type.
    """
    text = value.strip()
    if not text:
        return ""
    if text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        message = _("Enter the number with its country code, such as +41 44 668 18 00.")
        raise ValidationError(message, "invalid_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
