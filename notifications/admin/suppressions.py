"""Addresses that are not sent to any more. Deleting one is what lifts it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from notifications import suppression
from notifications.models import Suppression


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin[Suppression]):
    list_display = ("address", "channel", "reason", "created_at", "detail")
    list_filter = ("channel", "reason")
    search_fields = ("=address",)
    ordering = ("-id",)
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's own signature)
        kept = suppression.suppress(
            channel=obj.channel, address=obj.address, reason=obj.reason, detail=obj.detail
        )
        obj.pk, obj.address = kept.pk, kept.address
