"""What the two pages share on which a person shows a factor: to sign in, and to confirm."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import limits
from accounts.errors import AccountError
from accounts.forms.second_factor import CodeForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.second_factor.kinds import AnyDevice, factors_of, kind_of
from accounts.second_factor.verifying import verify_code
from accounts.views.passkeys import check_posted_passkey


class Ways:
    """The factors by which somebody may show who they are here, and the one that is on the page."""

    def __init__(self, request: AuthenticatedRequest, *, strong: bool = False) -> None:
        devices = [
            device for device in factors_of(request.user) if kind_of(device).strong or not strong
        ]
        self.passkeys = [device for device in devices if kind_of(device).slug == "passkey"]
        self.codes = [device for device in devices if kind_of(device).slug != "passkey"]
        wanted = request.POST.get("device") or request.GET.get("with", "")
        chosen = [device for device in self.codes if device.persistent_id == wanted]
        self.chosen: AnyDevice | None = next(iter(chosen or self.codes), None)
        # A passkey is offered first; a code's form then waits behind "another way".
        self.by_passkey = bool(self.passkeys) and not chosen

    def options(self) -> list[dict[str, Any]]:
        """The other ways, for the list of links."""
        shown = None if self.by_passkey else self.chosen
        return [
            {"device": device, "kind": kind_of(device)} for device in self.codes if device != shown
        ]

    def form(self, request: HttpRequest, *, remember_days: int) -> CodeForm:
        recovery = self.chosen is not None and kind_of(self.chosen).slug == "recovery"
        data = request.POST if "code" in request.POST else None
        return CodeForm(data, recovery=recovery, remember_days=0 if recovery else remember_days)


def checked_factor(request: AuthenticatedRequest, ways: Ways, form: CodeForm) -> AnyDevice | None:
    """Return the factor that was just shown; None with an error on the form.

    The limits' waits and the refusals are worded for people.
    """
    try:
        if request.POST.get("passkey"):
            return check_posted_passkey(request)
        if ways.chosen is None or not form.is_valid():
            return None
        return verify_code(
            user=request.user,
            device_id=ways.chosen.persistent_id,
            code=form.cleaned_data["code"],
            client=client_of(request),
        )
    except AccountError as error:
        if not form.is_bound:
            form.is_bound, form.data = True, request.POST
            form.full_clean()
            form.errors.clear()
        form.add_error(None, str(error))
        if isinstance(error, limits.TooManyAttemptsError):
            request.wait_seconds = error.seconds  # type: ignore[attr-defined]
        return None


def remember_days() -> int:
    return int(settings.REMEMBER_BROWSER_DAYS)
