"""The audit trail, to be looked at by administrators."""

from typing import Any

from django.contrib import admin

from accounts.admin.readonly import ReadOnlyAdmin
from devops360.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "act", "result", "actor", "subject", "target", "ip", "number")
    list_filter = ("result", "act", "at")
    search_fields = ("actor", "subject", "target", "ip", "request_id")
    ordering = ("-id",)

    def has_change_permission(self, request: Any, obj: AuditEntry | None = None) -> bool:
        return False
