"""What a search may ask for, as a form of links and fields: every search is an address."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files.groups import LABELS, Group
from files.models import Tag
from files.search import Criteria

MEGABYTE = 1_000_000
MAX_LENGTH = 200
# The inputs stand on the page, the form itself in the top bar.
FORM = {"form": "search"}
# Days that exist in every time zone.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9000, 1, 1))]


class _DateInput(forms.DateInput):
    input_type = "date"


class SearchForm(forms.Form):
    """Every field may be empty. Give it the query string, and the person who asks."""

    q = forms.CharField(required=False, max_length=MAX_LENGTH)
    kind = forms.ChoiceField(
        required=False, choices=[("", _("Everything")), *((g.value, LABELS[g]) for g in Group)]
    )
    since = forms.DateField(
        label=_("Changed from"), required=False, widget=_DateInput(FORM), validators=DAYS
    )
    until = forms.DateField(
        label=_("Changed until"), required=False, widget=_DateInput(FORM), validators=DAYS
    )
    min_mb = forms.DecimalField(
        label=_("At least, MB"),
        required=False,
        min_value=0,
        max_value=10**9,
        max_digits=16,
        decimal_places=6,
        widget=forms.NumberInput({**FORM, "step": "any", "inputmode": "decimal"}),
    )
    max_mb = forms.DecimalField(
        label=_("At most, MB"),
        required=False,
        min_value=0,
        max_value=10**9,
        max_digits=16,
        decimal_places=6,
        widget=forms.NumberInput({**FORM, "step": "any", "inputmode": "decimal"}),
    )
    tag = forms.ModelChoiceField(
        label=_("Tag"),
        queryset=Tag.objects.none(),
        required=False,
        empty_label=_("Any"),
        widget=forms.Select(FORM),
    )
    starred = forms.BooleanField(
        label=_("Starred only"), required=False, widget=forms.CheckboxInput(FORM)
    )

    def __init__(self, *args: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tag: Any = self.fields["tag"]
        tag.queryset = Tag.objects.owned_by(user).order_by("name_key")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for low, high in (("since", "until"), ("min_mb", "max_mb")):
            first, last = data.get(low), data.get(high)
            if first is not None and last is not None and first > last:
                self.add_error(high, _("Nothing lies between these two. Swap them."))
        return data

    @property
    def criteria(self) -> Criteria:
        """What is asked for. Days are those of the person's own time zone."""
        data = self.cleaned_data
        tag: Tag | None = data["tag"]
        return Criteria(
            words=data["q"],
            group=Group(data["kind"]) if data["kind"] else None,
            min_size=_bytes(data["min_mb"]),
            max_size=_bytes(data["max_mb"]),
            since=_midnight(data["since"]),
            before=_midnight(data["until"], days=1),
            tag=tag.pk if tag else None,
            starred=data["starred"],
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but words and kind is asked for, or wrongly so."""
        names = ("since", "until", "min_mb", "max_mb", "tag", "starred")
        return any(self.data.get(name) for name in names)


def _bytes(megabytes: Decimal | None) -> int | None:
    return None if megabytes is None else int(megabytes * MEGABYTE)


def _midnight(day: Any, days: int = 0) -> datetime | None:
    """Return when the day begins that comes `days` later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
