"""A way back in for someone who has lost every factor."""

from accounts.clients import Client
from accounts.models import RecoveryRequest, User


def cancel_for(*, user: User, client: Client) -> None:
    """Cancel what is open: the person has shown a factor after all."""
    open_ones = RecoveryRequest.objects.filter(user=user, state__in=RecoveryRequest.OPEN)
    open_ones.update(state=RecoveryRequest.State.CANCELLED)
