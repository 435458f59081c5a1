"""What happens to an account: told by the accounts app. None can be silenced on e-mail."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds.base import EVERYWHERE, ON_MAIL, WITH_MAIL, Category, Kind, Subject

SIGN_IN = Subject(
    "sign_in",
    _("New browsers and places, and wrong guesses"),
    Category.SECURITY,
    EVERYWHERE,
    locked=ON_MAIL,
)
CREDENTIALS = Subject(
    "credentials",
    _("Changes of password, e-mail and second factors"),
    Category.SECURITY,
    EVERYWHERE,
    locked=ON_MAIL,
)
ACCOUNT = Subject(
    "account", _("Deletion of the account"), Category.SECURITY, WITH_MAIL, locked=ON_MAIL
)

# Both may be empty: from a command, or where nothing is known of the address.
_WHERE = ((_("Address"), "%(ip)s"), (_("Browser"), "%(browser)s"))
_WHERE_SAMPLE = {"ip": "203.0.113.7", "browser": "Firefox on Linux"}
_WHERE_FORMATS = {"browser": "browser", "place": "words"}
_NOT_YOU = _("Choose another password")

ACCOUNT_KINDS = (
    Kind(
        name="new_browser",
        subject=SIGN_IN,
        title=_("New sign-in: %(browser)s"),
        text=_(
            "Somebody signed in to your account with a browser that was never here before. If it "
            "was you, there is nothing to do. If it was not, end that session and change your "
            "password."
        ),
        action=_("See your sessions"),
        details=(*_WHERE, (_("Place"), "%(place)s")),
        formats=_WHERE_FORMATS,
        sample={**_WHERE_SAMPLE, "place": "Vienna, Austria"},
    ),
    Kind(
        name="new_place",
        subject=SIGN_IN,
        title=_("Sign-in from a new country: %(place)s"),
        text=_(
            "Somebody signed in to your account with a browser that you know, but from a country "
            "from which nobody did before. If it was you, there is nothing to do. If it was not, "
            "end that session and change your password."
        ),
        action=_("See your sessions"),
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample={**_WHERE_SAMPLE, "place": "Vienna, Austria"},
    ),
    Kind(
        name="codes_guessed",
        subject=SIGN_IN,
        title=_("Somebody is guessing your codes"),
        text=_(
            "Somebody gave your password and then wrong codes, five times. They are not in: your "
            "second factor held. If it was you, wait a little and try the next code. If it was "
            "not, your password is known: choose another one at once."
        ),
        action=_NOT_YOU,
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample=_WHERE_SAMPLE,
    ),
    Kind(
        name="account_locked",
        subject=SIGN_IN,
        title=_("Wrong passwords for your account"),
        text=_(
            "Within an hour somebody gave many wrong passwords for your account, and has to wait "
            "longer each time. They are not in. If it was you, wait a few minutes or reset your "
            "password."
        ),
        action=_("Reset my password"),
    ),
    Kind(
        name="password_changed",
        subject=CREDENTIALS,
        title=_("Your password has been changed"),
        text=_("Every other device is signed out. If it was not you, reset your password at once."),
        action=_("Reset my password"),
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample=_WHERE_SAMPLE,
    ),
    Kind(
        name="email_changed",
        subject=CREDENTIALS,
        title=_("Your e-mail address has been changed"),
        text=_(
            "The address of your account has been changed from %(from_email)s to %(to_email)s. "
            "From now on, sign in and get mail with the new one. If it was not you, reset your "
            "password at once."
        ),
        action=_("Reset my password"),
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample={**_WHERE_SAMPLE, "from_email": "rosa@example.com", "to_email": "r@example.org"},
    ),
    Kind(
        name="email_removed",
        subject=CREDENTIALS,
        title=_("An e-mail address has been removed"),
        text=_(
            "%(email)s has been removed from your account. If it was not you, reset your password "
            "at once."
        ),
        action=_("Reset my password"),
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample={**_WHERE_SAMPLE, "email": "rosa@example.com"},
    ),
    Kind(
        name="security_changed",
        subject=CREDENTIALS,
        title=_("Security of your account: %(what)s"),
        text=_(
            "If it was you, there is nothing to do. If it was not, change your password at once "
            "and end the sessions that you do not know."
        ),
        action=_("Change my password"),
        details=((_("What"), "%(detail)s"), *_WHERE),
        formats={**_WHERE_FORMATS, "what": "words", "detail": "labelled"},
        sample={
            **_WHERE_SAMPLE,
            "what": "Second factor added",
            "detail": "Authenticator app: Phone",
        },
    ),
    Kind(
        name="codes_low",
        subject=CREDENTIALS,
        title=_("Few recovery codes are left: %(left)s"),
        text=_(
            "A recovery code was used to sign in. Make new codes before the last one is gone; the "
            "old ones end then."
        ),
        action=_("Make new codes"),
        details=_WHERE,
        formats=_WHERE_FORMATS,
        sample={**_WHERE_SAMPLE, "left": 2},
    ),
    Kind(
        name="deletion_scheduled",
        subject=ACCOUNT,
        title=_("Your account will be deleted"),
        text=_(
            "As you asked, your account and everything in it will be deleted on %(when)s. To keep "
            "it, sign in before then. If it was not you, reset your password at once."
        ),
        action=_("Keep my account"),
        formats={"when": "time"},
        sample={"when": "2026-12-01T12:00:00+00:00"},
    ),
    Kind(
        name="deletion_cancelled",
        subject=ACCOUNT,
        title=_("Your account stays"),
        text=_(
            "Your account will not be deleted. Everything in it is as it was. If it was not you, "
            "reset your password at once."
        ),
        action=_("Reset my password"),
    ),
)
