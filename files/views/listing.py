"""The vault's pages that list what is in it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from files.http import AuthenticatedRequest


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "files/folder.html")
