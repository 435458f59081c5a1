"""Why something could not be sent. What a channel raises decides what becomes of the delivery."""


class NotificationError(Exception):
    """Something that the person can put right; the message says how."""


class ChannelError(Exception):
    """A channel could not send. The message goes into the log and the admin: no secret, no text."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        # Seconds that the receiver asked for.
        self.retry_after = retry_after


class TemporaryError(ChannelError):
    """No answer, or a failure of the receiver: tried again, later and later."""


class ThrottledError(ChannelError):
    """Too fast for the receiver: the whole channel pauses, and no attempt is lost."""


class BadAddressError(ChannelError):
    """Nobody is at this address: given up, and the address is not used again."""


class RefusedError(ChannelError):
    """The receiver will not have this message, now or later: given up."""
