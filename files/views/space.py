"""How full the vault is, and of what."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from files.http import AuthenticatedRequest
from files.quota import usage_of
from files.space import space_of, uploads_of
from files.views.answers import wants_json


@require_safe
def show_space(request: AuthenticatedRequest) -> HttpResponse:
    """The page; for scripts the numbers alone, and for the sidebar the meter alone."""
    if wants_json(request):
        usage = usage_of(request.user)
        return JsonResponse(
            {
                "quota": usage.quota,
                "used": usage.used,
                "reserved": usage.reserved,
                "free": usage.free,
            }
        )
    if request.htmx:
        return render(request, "files/parts/space_meter.html")
    space = space_of(request.user)
    # Not as the language writes numbers: they go into attributes.
    slices = [(name, f"{start:.3f}", f"{width:.3f}") for name, start, width in space.slices]
    context = {"space": space, "slices": slices, "uploads": uploads_of(request.user)}
    return render(request, "files/space.html", context)
