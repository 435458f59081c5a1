"""Forms, and the reading of what requests carry."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from files.conflicts import Conflict
from files.errors import InvalidNameError
from files.listing import Order, Sort
from files.names import clean_name


class NameForm(forms.Form):
    """One name, for a new folder or for something that gets another."""

    name = forms.CharField(
        label=_("Name"),
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def clean_name(self) -> str:
        try:
            return clean_name(self.cleaned_data["name"])
        except InvalidNameError as error:
            raise forms.ValidationError(str(error)) from error


class ShareForm(forms.Form):
    """What a link is to be like."""

    label = forms.CharField(
        label=_("Label"),
        max_length=80,
        required=False,
        help_text=_("For you alone, such as “for the printer”."),
    )
    days = forms.TypedChoiceField(
        label=_("Good for"),
        choices=[
            (7, _("7 days")),
            (1, _("a day")),
            (30, _("30 days")),
            (0, _("as long as I let it")),
        ],
        coerce=int,
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Whoever opens the link must type it."),
    )
    max_downloads = forms.IntegerField(
        label=_("Downloads at most"), required=False, min_value=1, max_value=1_000_000
    )


def parse_ids(values: list[str]) -> list[UUID]:
    """Return the ids, each once, in order. Raises ValueError for what is none."""
    return list(dict.fromkeys(UUID(value) for value in values))


def parse_conflict(value: str) -> Conflict:
    """Return what to do about taken names; to ask, where nothing sensible was said."""
    return Conflict(value) if value in set(Conflict) else Conflict.ASK


def parse_order(sort: str, direction: str) -> Order:
    """Return the order of a listing; by name, where nothing sensible was said."""
    return Order(Sort(sort) if sort in set(Sort) else Sort.NAME, descending=direction == "desc")
