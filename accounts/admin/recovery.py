"""Deciding on requests of people who have lost every second factor."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import recovery
from accounts.admin.readonly import ReadOnlyAdmin
from accounts.errors import AccountError
from accounts.models import RecoveryRequest


@admin.register(RecoveryRequest)
class RecoveryRequestAdmin(ReadOnlyAdmin[RecoveryRequest]):
    list_display = ("user", "state", "asked_at", "reason", "ip", "decided_by", "due_at")
    list_filter = ("state", "asked_at")
    search_fields = ("user__username", "user__email")
    list_select_related = ("user", "decided_by")
    exclude = ("cancel_digest",)
    ordering = ("-id",)
    actions = ("approve", "refuse")

    def get_readonly_fields(self, request: Any, obj: RecoveryRequest | None = None) -> Any:
        names = super().get_readonly_fields(request, obj)
        return [name for name in names if name != "cancel_digest"]

    @admin.action(
        description=gettext_lazy("Approve: reset the factors after the delay"),
        permissions=["change"],
    )
    def approve(self, request: Any, queryset: QuerySet[RecoveryRequest]) -> None:
        self._decide(request, queryset, recovery.approve, _("Approved"))

    @admin.action(description=gettext_lazy("Refuse"), permissions=["change"])
    def refuse(self, request: Any, queryset: QuerySet[RecoveryRequest]) -> None:
        self._decide(request, queryset, recovery.refuse, _("Refused"))

    def _decide(
        self,
        request: Any,
        queryset: QuerySet[RecoveryRequest],
        decide: Callable[..., RecoveryRequest],
        entry: str,
    ) -> None:
        for asked in queryset.select_related("user"):
            # Their factors guard more than a person's: only an administrator resets those.
            if asked.user.is_superuser and not request.user.is_superuser:
                text = _("%s is an administrator: only an administrator may do this.")
                self.message_user(request, text % asked.user, messages.ERROR)
                continue
            try:
                with transaction.atomic():
                    decide(request=asked, by=request.user)
                    LogEntry.objects.log_actions(request.user.pk, [asked], CHANGE, entry)
            except AccountError as error:
                self.message_user(request, f"{asked.user}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{asked.user}: {entry}.", messages.SUCCESS)
