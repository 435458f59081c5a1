"""The history of accounts, and the keys of scripts: to look at, and to revoke."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import tokens
from accounts.admin.readonly import ReadOnlyAdmin
from accounts.http import client_of
from accounts.models import AccessToken, SecurityEvent


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin[SecurityEvent]):
    list_display = ("at", "user", "kind", "detail", "ip", "by")
    list_filter = ("kind", "at")
    search_fields = ("user__username", "user__email", "ip")
    list_select_related = ("user", "by")
    ordering = ("-id",)


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin[AccessToken]):
    list_display = ("name", "user", "scope", "hint", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("scope", "expires_at")
    search_fields = ("user__username", "user__email", "name", "hint")
    list_select_related = ("user",)
    exclude = ("digest",)
    ordering = ("-id",)
    actions = ("revoke",)

    def get_readonly_fields(self, request: Any, obj: AccessToken | None = None) -> Any:
        return [name for name in super().get_readonly_fields(request, obj) if name != "digest"]

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke(self, request: Any, queryset: QuerySet[AccessToken]) -> None:
        for token in queryset.select_related("user"):
            tokens.revoke_token(token=token, client=client_of(request))
            LogEntry.objects.log_actions(request.user.pk, [token], CHANGE, _("Revoked"))
        self.message_user(request, _("Revoked."), messages.SUCCESS)
