"""The audit trail and the jobs, to be looked at by administrators."""

from typing import Any

from django.contrib import admin

from accounts.admin.readonly import ReadOnlyAdmin
from devops360.models import AuditEntry, JobRun


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "act", "result", "actor", "subject", "target", "ip", "number")
    list_filter = ("result", "act", "at")
    search_fields = ("actor", "subject", "target", "ip", "request_id")
    ordering = ("-id",)

    def has_change_permission(self, request: Any, obj: AuditEntry | None = None) -> bool:
        return False


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin[JobRun]):
    list_display = ("name", "next_at", "started_at", "finished_at", "failures", "outcome")
    ordering = ("name",)

    def has_change_permission(self, request: Any, obj: JobRun | None = None) -> bool:
        return False
