"""Announcements: a draft is written, looked at once more with the number of people, and sent."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import announcements
from notifications.errors import NotificationError
from notifications.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin[Announcement]):
    list_display = ("title", "audience", "by_email", "author", "created_at", "sent_at", "told")
    list_filter = ("audience", "sent_at")
    list_select_related = ("author",)
    ordering = ("-id",)
    actions = ("send",)
    readonly_fields = ("author", "sent_at", "told")

    def has_change_permission(self, request: HttpRequest, obj: Announcement | None = None) -> bool:
        """What was sent is what people have read: it stays."""
        is_draft = obj is None or obj.sent_at is None
        return is_draft and super().has_change_permission(request, obj)

    def save_model(self, request: Any, obj: Announcement, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's own signature)
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("Send…"), permissions=["change"])
    def send(self, request: Any, queryset: QuerySet[Announcement]) -> TemplateResponse | None:
        """Show what is about to be sent and to how many; send once that is confirmed."""
        drafts = list(queryset.filter(sent_at=None))
        if not drafts:
            self.message_user(request, _("These were sent before."), messages.WARNING)
            return None
        if request.POST.get("confirmed") != "yes":
            asked = self._asked(request, drafts)
            return TemplateResponse(request, "admin/send_announcement.html", asked)
        for draft in drafts:
            self._send(request, draft)
        return None

    def _asked(self, request: HttpRequest, drafts: list[Announcement]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": _("Send this?"),
            "drafts": [(draft, announcements.audience_of(draft).count()) for draft in drafts],
            "checkbox": ACTION_CHECKBOX_NAME,
        }

    def _send(self, request: Any, draft: Announcement) -> None:
        try:
            with transaction.atomic():
                announcements.send(announcement=draft)
                LogEntry.objects.log_actions(request.user.pk, [draft], CHANGE, _("Sent"))
        except NotificationError as error:
            self.message_user(request, f"{draft}: {error}", messages.ERROR)
        else:
            self.message_user(request, _("“%s” is being sent.") % draft, messages.SUCCESS)
