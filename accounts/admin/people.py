"""People, for those who run the site: found, locked out and let in, never looked into.

An administrator can neither set a password nor change an e-mail address, by which they could sign
in as somebody else, and no admin page opens a person's files.
"""

from collections.abc import Callable
from typing import Any, override

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import passwords, people, sessions
from accounts.admin.factors import FactorActions, FactorFilter, with_factor
from accounts.errors import AccountError
from accounts.forms.people import InvitationForm, PersonForm
from accounts.models import User
from accounts.storage_use import storage_used


class VerifiedFilter(admin.SimpleListFilter):
    title = gettext_lazy("e-mail address")
    parameter_name = "verified"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Verified")), ("no", _("Not verified"))]

    def queryset(self, request: Any, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() is None:
            return queryset
        # Annotated by UserAdmin.get_queryset().
        return queryset.filter(Q(verified=self.value() == "yes"))


class LeavingFilter(admin.EmptyFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("no deletion due")


class PeopleList(ChangeList):
    """A page of people with the storage of all of them, asked for once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        used = storage_used(user_ids=[person.pk for person in self.result_list])
        for person in self.result_list:
            person.storage_used = used[person.pk]


@admin.register(User)
class UserAdmin(FactorActions, admin.ModelAdmin[User]):
    form = PersonForm
    list_display = (
        *("username", "display_name", "email", "is_active", "is_staff", "is_verified"),
        "has_factor",
        *("last_login", "storage", "date_joined"),
    )
    list_filter = (
        *("is_active", "is_staff", "is_superuser", VerifiedFilter, FactorFilter),
        *("must_reset_password", "must_enrol"),
        ("delete_after", LeavingFilter),
        *("date_joined", "last_login"),
    )
    search_fields = ("username", "email", "display_name")
    ordering = ("-date_joined",)
    list_per_page = 50
    show_full_result_count = False
    actions = (
        *("activate", "deactivate", "force_password_reset", "end_sessions"),
        *("require_enrolment", "reset_second_factors", "lift_limits"),
    )
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "email", "is_verified", "display_name")}),
        (
            gettext_lazy("Access"),
            {"fields": ("is_active", "must_reset_password", "is_staff", "is_superuser", "groups")},
        ),
        (gettext_lazy("Second factors"), {"fields": ("must_enrol", "factors")}),
        (
            gettext_lazy("Use"),
            {
                "fields": (
                    "storage",
                    "quota",
                    "session_count",
                    "last_login",
                    "date_joined",
                    "delete_after",
                )
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("email", "username", "display_name")}),)
    # What is done by an action, so that it is checked and logged, is not edited as a field.
    facts = (
        *("email", "is_verified", "is_active", "must_reset_password", "storage"),
        *("session_count", "last_login", "date_joined", "delete_after", "must_enrol", "factors"),
    )
    powers = ("is_staff", "is_superuser", "groups")

    # -- What is shown ------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        verified = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True)
        return with_factor(super().get_queryset(request).annotate(verified=Exists(verified)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PeopleList

    @admin.display(description=gettext_lazy("verified"), boolean=True, ordering="verified")
    def is_verified(self, person: User) -> bool:
        return bool(getattr(person, "verified", False))

    @admin.display(description=gettext_lazy("storage used"))
    def storage(self, person: User) -> str:
        used = getattr(person, "storage_used", None)
        if used is None:
            used = storage_used(user_ids=[person.pk])[person.pk]
        return filesizeformat(used)

    @admin.display(description=gettext_lazy("sessions"))
    def session_count(self, person: User) -> int:
        return UserSession.objects.filter(user=person).count()

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ()
        # Nobody makes themselves, or anyone, more powerful than they are.
        return self.facts if request.user.is_superuser else (*self.facts, *self.powers)

    # -- What is allowed ----------------------------------------------------------------------
    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People delete their own accounts; an administrator deactivates."""
        return False

    # -- What is done -------------------------------------------------------------------------
    @override
    def get_form(
        self, request: Any, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[User]]:
        if obj is None:
            return InvitationForm
        return super().get_form(request, obj, change, **kwargs)

    @override
    def save_model(self, request: Any, obj: User, form: ModelForm[User], change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            if isinstance(form, PersonForm):
                form.save_quota()
            return
        person = people.invite_person(**form.cleaned_data)
        # The form's instance becomes the person, so that the admin's log names it.
        obj.pk = person.pk

    @override
    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        if change:
            super().save_related(request, form, formsets, change)

    def _act(
        self,
        request: Any,
        queryset: QuerySet[User],
        act: Callable[[User], object],
        entry: str,
    ) -> None:
        """Do something to each person who may be touched, log it, and tell what came of it."""
        done = 0
        by: User = request.user
        for person in queryset:
            if not self.has_change_permission(request, person):
                text = _("%s is an administrator: only an administrator may do this.")
                self.message_user(request, text % person, messages.ERROR)
                continue
            try:
                with transaction.atomic():
                    act(person)
                    LogEntry.objects.log_actions(by.pk, [person], CHANGE, entry)
            except AccountError as error:
                self.message_user(request, f"{person}: {error}", messages.ERROR)
            else:
                done += 1
        if done:
            text = ngettext("%(entry)s %(count)d person.", "%(entry)s %(count)d people.", done)
            told = text % {"entry": entry, "count": done}
            self.message_user(request, told, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Activate"), permissions=["change"])
    def activate(self, request: Any, queryset: QuerySet[User]) -> None:
        by = request.user
        self._act(
            request, queryset, lambda person: people.activate(user=person, by=by), _("Activated:")
        )

    @admin.action(description=gettext_lazy("Deactivate, ending sessions"), permissions=["change"])
    def deactivate(self, request: Any, queryset: QuerySet[User]) -> None:
        by = request.user
        self._act(
            request,
            queryset,
            lambda person: people.deactivate(user=person, by=by),
            _("Deactivated, sessions ended:"),
        )

    @admin.action(description=gettext_lazy("Force a password reset"), permissions=["change"])
    def force_password_reset(self, request: Any, queryset: QuerySet[User]) -> None:
        by = request.user
        self._act(
            request,
            queryset,
            lambda person: passwords.force_reset(user=person, by=by),
            _("Password reset forced, link mailed:"),
        )

    @admin.action(description=gettext_lazy("End all sessions"), permissions=["change"])
    def end_sessions(self, request: Any, queryset: QuerySet[User]) -> None:
        self._act(
            request,
            queryset,
            lambda person: sessions.end_sessions(user=person, by=request.user),
            _("All sessions ended:"),
        )
