"""Django admin, entered only by the site's own sign-in: one door, one set of limits."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse  # noqa: TID251  (an admin site is a view)
from django.urls import reverse
from django.utils.decorators import method_decorator


class VaultAdminSite(AdminSite):
    site_header = "DevOps360 administration"
    site_title = "DevOps360"
    index_title = "People and records"
    site_url = "/"

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send visitors to the site's sign-in; refuse people who are no staff.

        Django's own admin form would know nothing of verified addresses and rate limits.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))
