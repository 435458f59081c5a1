"""What every way to reach people is. A new one: docs/architecture.md, "Add a channel"."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.functional import Promise

from notifications.models import Endpoint

type JSON = bool | int | float | str | list[JSON] | dict[str, JSON] | None

# The names of channels, as preferences, deliveries and endpoints keep them.
IN_APP = "in_app"
EMAIL = "email"
SMS = "sms"
PUSH = "push"
WEBHOOK = "webhook"
TOPIC = "topic"


@dataclass(frozen=True)
class Target:
    """Where one message goes: a mail address, an E.164 number, a URL, an ARN."""

    address: str
    endpoint: Endpoint | None = None


@dataclass(frozen=True)
class Message:
    """What is said, in the recipient's language, in plain text: a channel marks it up and escapes.

    `url` is a whole address or "". `unsubscribe_url` is "" where the kind cannot be silenced.
    """

    uuid: UUID
    kind: str
    category: str
    created_at: datetime
    # A line.
    title: str
    # A sentence or a few, or paragraphs with an empty line between.
    text: str
    # The label of a button that leads to `url`.
    action: str = ""
    url: str = ""
    # Rows of a small table: label and value.
    details: tuple[tuple[str, str], ...] = ()
    # The event's own values, for machines.
    context: Mapping[str, JSON] = field(default_factory=dict, hash=False)
    # "" where it is for the site and not for a person.
    recipient_id: str = ""
    recipient_name: str = ""
    language: str = "en"
    zone: tzinfo | None = None
    unsubscribe_url: str = ""
    # Messages with the same key are in order: a FIFO topic's group. "" where order is nothing.
    order_key: str = ""
    # What a digest is made of.
    items: tuple["Message", ...] = ()
    # A letter brings its own HTML (notifications.letters); "" for what the channel marks up.
    html: str = ""


class Channel(ABC):
    """One way to reach people.

    `send` runs in a worker's thread, outside of any transaction, and may be called twice for one
    delivery, with the same key: a worker can die between sending and writing it down.
    """

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    # Offered in people's table of preferences. A topic of operators is not.
    is_personal: ClassVar[bool] = True
    # The name of the view where people add their addresses; "" where none is needed.
    setup_page: ClassVar[str] = ""
    # Makes a noise: waits for the end of quiet hours.
    disturbs: ClassVar[bool] = False
    # How many sends of one worker may be under way at once: a stalled channel holds up no other.
    concurrency: ClassVar[int] = 4
    max_attempts: ClassVar[int] = 12
    # The circuit breaker counts failures of each endpoint alone, not of the channel.
    breaks_by_endpoint: ClassVar[bool] = False

    @abstractmethod
    def is_configured(self) -> bool:
        """Tell whether the settings let this channel send at all."""

    @abstractmethod
    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        """Return where this person is reached; nothing where they are not.

        `endpoints` are the person's own on this channel, verified and enabled: read already, so
        that telling a thousand people asks no thousand queries.
        """

    def site_targets(self, *, kind: str) -> Sequence[Target]:
        """Return where the site itself is told of this kind, besides people: topics."""
        return ()

    def rate(self) -> float:
        """Return how many a second all workers together may send; 0: no limit."""
        return 0

    @abstractmethod
    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        """Send, within some 10 seconds, and return what the receiver calls it, or "".

        Raises TemporaryError, ThrottledError, BadAddressError or RefusedError
        (notifications.errors). Anything else counts as temporary, and is logged as a defect.
        """

    def rest(self) -> None:  # noqa: B027  (most keep nothing)
        """Let go of what is kept from one send to the next: there is nothing to send just now."""
