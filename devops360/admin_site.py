"""Django admin, entered only by the site's own sign-in: one door, one set of limits.

ASVS 5.0, 6.3.4. django-otp's OTPAdminSite asks the same, but by a login page of its own, which
would know nothing of passkeys, recovery codes, verified addresses and limits.
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse  # noqa: TID251  (an admin site is a view)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class VaultAdminSite(AdminSite):
    site_header = _("DevOps360 administration")
    site_title = "DevOps360"
    index_title = _("People and records")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who have shown a second factor, whatever SECOND_FACTOR says."""
        user: Any = request.user
        return bool(super().has_permission(request) and user.is_verified())

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Change it where everybody does: confirmed first, written down and mailed."""
        return redirect("account_change_password")

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send visitors to the site's sign-in; refuse people who are no staff.

        Django's own admin form would know nothing of verified addresses and rate limits.
        """
        user: Any = request.user
        if user.is_authenticated and user.is_staff and not user.is_verified():
            return redirect("accounts:factors")
        if user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))
