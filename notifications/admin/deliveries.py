"""The outbox: what waits, what failed, and sending it again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery, DeliveryQuerySet
from notifications.outbox.marks import replay


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin[Delivery]):
    """Addresses and errors, never what was said: a letter may hold the key to an account."""

    list_display = ("id", "about", "channel", "address", "state", "attempts", "due_at", "error")
    list_filter = ("state", "channel")
    search_fields = ("=address", "=receipt", "=idempotency_key", "=request_id")
    list_select_related = ("notification",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-id",)
    actions = ("send_again",)
    fields = (
        "about",
        "channel",
        "address",
        "state",
        "attempts",
        "due_at",
        "error",
        "receipt",
        "idempotency_key",
        "request_id",
        "created_at",
        "finished_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Delivery | None = None) -> Any:
        return self.fields

    @admin.display(description=_("about"))
    def about(self, delivery: Delivery) -> str:
        return delivery.notification.kind if delivery.notification else gettext("letter")

    @admin.action(description=_("Send failed ones again"), permissions=["change"])
    @transaction.atomic
    def send_again(self, request: Any, queryset: DeliveryQuerySet) -> None:
        chosen = list(queryset.dead())
        again = replay(queryset)
        LogEntry.objects.log_actions(request.user.pk, chosen, CHANGE, gettext("Sent again"))
        text = ngettext("%d is sent again.", "%d are sent again.", again) % again
        self.message_user(request, text, messages.SUCCESS if again else messages.WARNING)
