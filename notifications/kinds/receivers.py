"""What happens to the addresses by which people and programs are told."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds.account import CREDENTIALS
from notifications.kinds.base import WITH_MAIL, Category, Kind, Subject
from notifications.kinds.site import OPERATIONS

TROUBLE = Subject("addresses", _("Addresses that stop working"), Category.SITE, WITH_MAIL)
# To one webhook, by what its owner asks for: never told by itself.
PROBES = Subject("probes", _("Test messages"), Category.SITE, frozenset(), is_offered=False)

RECEIVER_KINDS = (
    Kind(
        name="webhook_added",
        subject=CREDENTIALS,
        title=_("A webhook was added: %(host)s"),
        text=_(
            "What you are told is now posted to this address as well. If it was not you who added "
            "it, remove it and end the sessions that you do not know."
        ),
        action=_("See your webhooks"),
        sample={"host": "hooks.example.com"},
    ),
    Kind(
        name="webhook_disabled",
        subject=TROUBLE,
        title=_("Your webhook is switched off: %(host)s"),
        text=_("%(reason)s Nothing more is posted to it until you switch it on again."),
        action=_("See the webhook"),
        formats={"reason": "words"},
        sample={"host": "hooks.example.com", "reason": "Every post failed for 3 days."},
    ),
    Kind(
        name="address_suppressed",
        subject=TROUBLE,
        title=_("We cannot reach you at %(address)s"),
        text=_(
            "%(reason)s We send nothing more there. Check the address in your profile, or add it "
            "again once it works."
        ),
        action=_("Open your profile"),
        formats={"reason": "words"},
        sample={
            "address": "rosa@example.com",
            "reason": "What we sent there came back: nobody is at this address.",
        },
    ),
    Kind(
        name="operators_dead_letters",
        subject=OPERATIONS,
        title=_("Messages that could not be sent: %(count)s"),
        text=_(
            "Since the last notice, these were given up: %(summary)s. Look at them under "
            "Administration, Deliveries, or with manage.py deliveries --failed; send them again "
            "once the cause is gone."
        ),
        sample={"count": 12, "summary": "email 10, webhook 2"},
    ),
    Kind(
        name="webhook_challenge",
        subject=PROBES,
        title=_("Confirm this webhook with %(challenge)s"),
        text=_("Answer with the challenge, or type it where you added the webhook."),
        sample={"challenge": "K7QJ2M4XTA"},
    ),
    Kind(
        name="push_test",
        subject=PROBES,
        title=_("Push messages work"),
        text=_("This browser now shows what you are told."),
        sample={},
    ),
    Kind(
        name="webhook_test",
        subject=PROBES,
        title=_("A test of your webhook"),
        text=_("If you can read this, it works."),
        sample={},
    ),
)
