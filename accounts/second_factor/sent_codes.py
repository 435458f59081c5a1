"""Codes that are sent."""

from accounts.clients import Client
from accounts.errors import FactorError
from accounts.second_factor.kinds import AnyDevice


def send_code(*, device: AnyDevice, client: Client) -> None:
    raise FactorError("Codes cannot be sent yet.")
