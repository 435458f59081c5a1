"""The whole site's URLs."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic.base import RedirectView

from devops360 import views

handler400 = "devops360.views.not_understood"
handler500 = "devops360.views.broken"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="files:home"), name="root"),
    path("files/", include("files.urls")),
    path("s/", include("files.guest_urls")),
    path("r/", include("files.sender_urls")),
    path("notifications/", include("notifications.urls")),
    # 404 but on a laptop.
    path("outbox/", include("notifications.outbox_urls")),
    path("account/", include("accounts.urls")),
    # Before allauth's own of that name, which would take the password from people with a factor.
    path(
        "account/reauthenticate/",
        RedirectView.as_view(pattern_name="accounts:confirm", query_string=True),
        name="account_reauthenticate",
    ),
    path("account/", include("allauth.account.urls")),
    path("api/v1/", include("files.api.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon, name="favicon"),
]
