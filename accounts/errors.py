"""What a person can be told about an account; each message says what to do."""


class AccountError(Exception):
    """Something about an account was refused. The message is meant for the person."""


class AvatarError(AccountError):
    """The picture cannot be used."""


class LastAdministratorError(AccountError):
    """Without this person nobody could administer the site."""


class FactorError(AccountError):
    """Something about a second factor was refused."""


class CodeRefusedError(FactorError):
    """The code is wrong, old, or was used before; which of them is not said."""


class RecoveryError(AccountError):
    """A request for recovery cannot go that way, now."""


class PhoneError(AccountError):
    """Something about a phone was refused."""
