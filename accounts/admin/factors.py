"""Second factors, as far as administrators deal with them: seen, asked for, reset."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import limits, people
from accounts.errors import AccountError
from accounts.http import client_of
from accounts.models import User
from accounts.second_factor.changes import reset_factors
from accounts.second_factor.kinds import factors_of, kind_of
from accounts.second_factor.standing import any_factor


def with_factor(queryset: QuerySet[User]) -> QuerySet[User]:
    """Annotate whether each person has a second factor: in the same query, for all kinds."""
    return queryset.annotate(factor=ExpressionWrapper(any_factor(), BooleanField()))


class FactorFilter(admin.SimpleListFilter):
    title = gettext_lazy("second factor")
    parameter_name = "factor"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Has one")), ("no", _("Has none"))]

    def queryset(self, request: Any, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() is None:
            return queryset
        return queryset.filter(Q(factor=self.value() == "yes"))


class FactorActions:
    """What UserAdmin has of second factors; `_act` does, logs and reports."""

    _act: Any

    @admin.display(description=gettext_lazy("second factor"), boolean=True, ordering="factor")
    def has_factor(self, person: User) -> bool:
        return bool(getattr(person, "factor", False))

    @admin.display(description=gettext_lazy("second factors"))
    def factors(self, person: User) -> str:
        """Name them; never a key, a number or a code."""
        line = _("%(kind)s: %(name)s (%(added)s, last used %(used)s)")
        lines = [
            line
            % {
                "kind": kind_of(device).title,
                "name": device.name if kind_of(device).slug != "sms" else "…",
                "added": f"{device.created_at:%Y-%m-%d}" if device.created_at else "",
                "used": f"{device.last_used_at:%Y-%m-%d}" if device.last_used_at else _("never"),
            }
            for device in factors_of(person)
        ]
        return format_html_join("", "<div>{}</div>", ((each,) for each in lines)) or _("none")

    @admin.action(
        description=gettext_lazy("Require a second factor, ending sessions without one"),
        permissions=["change"],
    )
    def require_enrolment(self, request: Any, queryset: QuerySet[User]) -> None:
        by = request.user
        entry = _("Second factor required:")
        self._act(
            request, queryset, lambda person: people.require_enrolment(user=person, by=by), entry
        )

    @admin.action(description=gettext_lazy("Reset second factors"), permissions=["change"])
    def reset_second_factors(self, request: Any, queryset: QuerySet[User]) -> HttpResponse | None:
        """Ask on a page of its own, then remove every factor and end the sessions."""
        if "confirmed" not in request.POST:
            context = {
                **admin.site.each_context(request),
                "title": _("Reset second factors?"),
                "people": queryset,
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return render(request, "admin/reset_factors.html", context)
        by, client = request.user, client_of(request)

        def reset(person: User) -> int:
            if person == by:
                raise AccountError(_("Nobody resets their own: ask another administrator."))
            return reset_factors(user=person, by=by, client=client)

        self._act(request, queryset, reset, _("Second factors reset, sessions ended:"))
        return None

    @admin.action(description=gettext_lazy("Lift limits on sign-in"), permissions=["change"])
    def lift_limits(self, request: Any, queryset: QuerySet[User]) -> None:
        for person in queryset:
            limits.forgive_all(limits.PASSWORD, f"{person.pk}:")
            limits.forgive_all(limits.CODE, f"{person.pk}:")
        model_admin: Any = self
        model_admin.message_user(request, _("Lifted."), messages.SUCCESS)
