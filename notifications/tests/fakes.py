"""A channel that does as it is told, in place of a receiver, and remembers what it was given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from notifications.channels.base import Channel, Message, Target
from notifications.models import Endpoint


@dataclass(frozen=True)
class Given:
    address: str
    message: Message
    key: UUID


@dataclass(eq=False)
class FakeChannel(Channel):
    """Stands for `email`. `behave` is called at each send, and may raise."""

    name = "email"
    title = "Fake"

    behave: Callable[[Given], None] = lambda given: None
    given: list[Given] = field(default_factory=list)
    most_a_second: float = 0
    concurrency: int = 4  # type: ignore[misc]
    max_attempts: int = 3  # type: ignore[misc]
    disturbs: bool = True  # type: ignore[misc]
    breaks_by_endpoint: bool = False  # type: ignore[misc]

    def is_configured(self) -> bool:
        return True

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        return [Target(str(getattr(user, "email", "")))]

    def rate(self) -> float:
        return self.most_a_second

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        given = Given(target.address, message, idempotency_key)
        self.given.append(given)
        self.behave(given)
        return f"receipt {len(self.given)}"

    @property
    def titles(self) -> list[str]:
        return [given.message.title for given in self.given]
