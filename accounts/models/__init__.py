"""What is kept about people: one module per subject."""

from accounts.models.archives import Archive
from accounts.models.browsers import Browser
from accounts.models.factors import EmailCode, PhoneCode, RecoveryCode, RecoveryCodes
from accounts.models.history import SecurityEvent
from accounts.models.limits import Throttle
from accounts.models.person import AVATAR_SIZES, User, UserQuerySet
from accounts.models.phones import PhoneCheck
from accounts.models.recovery import RecoveryRequest
from accounts.models.tokens import AccessToken

__all__ = [
    "AVATAR_SIZES",
    "AccessToken",
    "Archive",
    "Browser",
    "EmailCode",
    "PhoneCheck",
    "PhoneCode",
    "RecoveryCode",
    "RecoveryCodes",
    "RecoveryRequest",
    "SecurityEvent",
    "Throttle",
    "User",
    "UserQuerySet",
]
