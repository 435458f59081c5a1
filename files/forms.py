"""Forms, and the reading of what requests carry."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from files.conflicts import Conflict
from files.errors import InvalidNameError
from files.listing import Order, Sort
from files.models import Grant
from files.names import clean_name
from files.sizes import filesize


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


def _until() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Good for"),
        choices=[
            (7, _("7 days")),
            (1, _("a day")),
            (30, _("30 days")),
            (0, _("as long as I let it")),
        ],
        coerce=int,
    )


def _end() -> forms.SplitDateTimeField:
    return forms.SplitDateTimeField(
        label=_("Ends at"),
        required=False,
        help_text=_("In your time zone. Empty: as long as you let it."),
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": _("Day of its end")},  # type: ignore[dict-item]
            time_attrs={"type": "time", "aria-label": _("Time of its end")},  # type: ignore[dict-item]
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )


def _label() -> forms.CharField:
    return forms.CharField(
        label=_("Label"),
        max_length=80,
        required=False,
        help_text=_("For you alone, such as “for the printer”."),
    )


def _password(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=help_text,
    )


class LinkTermsForm(forms.Form):
    """What a link is to be like."""

    label = _label()
    max_downloads = forms.IntegerField(
        label=_("Downloads at most"), required=False, min_value=1, max_value=1_000_000
    )
    view_only = forms.BooleanField(
        label=_("To look at only"),
        required=False,
        help_text=_(
            "Guests see previews, and find no download. What can be seen can still be kept, by a "
            "screenshot or a recording."
        ),
    )


class ShareForm(LinkTermsForm):
    """A new link."""

    days = _until()
    password = _password(_("Whoever opens the link must type it."))
    field_order = ["label", "days", "password", "max_downloads", "view_only"]


class ChangeShareForm(LinkTermsForm):
    """A link that is there, with other terms."""

    expires_at = _end()
    password = _password(_("Empty: it stays as it is."))
    no_password = forms.BooleanField(label=_("Without a password from now on"), required=False)
    field_order = [
        "label",
        "expires_at",
        "password",
        "no_password",
        "max_downloads",
        "view_only",
    ]


class GrantForm(forms.Form):
    """Whom to share with."""

    address = forms.CharField(
        label=_("E-mail address or user name"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    role = forms.ChoiceField(
        label=_("They may"),
        choices=[
            (Grant.Role.VIEWER, _("look and download")),
            (Grant.Role.EDITOR, _("edit: upload, rename, move, delete")),
        ],
    )


class RequestTermsForm(forms.Form):
    """What is asked for, and how much of it."""

    label = forms.CharField(
        label=_("What you ask for"),
        max_length=80,
        help_text=_("Senders read it, such as “Invoices of June”."),
    )
    message = forms.CharField(
        label=_("A word to the senders"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    max_files = forms.IntegerField(
        label=_("Files at most"), required=False, min_value=1, max_value=1_000_000
    )
    max_file_mb = forms.IntegerField(
        label=_("Megabytes per file at most"), required=False, min_value=1, max_value=10_000_000
    )
    max_mb = forms.IntegerField(
        label=_("Megabytes in all at most"), required=False, min_value=1, max_value=10_000_000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = filesize(settings.FILES_REQUEST_BYTES)
        self.fields["max_mb"].help_text = _("Empty: %(most)s, as on the whole site.") % {
            "most": most
        }


class RequestForm(RequestTermsForm):
    """A new request."""

    days = _until()
    password = _password(_("Whoever sends must type it."))
    field_order = ["label", "message", "days", "password"]


class ChangeRequestForm(RequestTermsForm):
    """A request that is there, with other terms."""

    expires_at = _end()
    password = _password(_("Empty: it stays as it is."))
    no_password = forms.BooleanField(label=_("Without a password from now on"), required=False)
    field_order = ["label", "message", "expires_at", "password", "no_password"]


def parse_ids(values: list[str]) -> list[UUID]:
    """Return the ids, each once, in order. Raises ValueError for what is none."""
    return list(dict.fromkeys(UUID(value) for value in values))


def parse_conflict(value: str) -> Conflict:
    """Return what to do about taken names; to ask, where nothing sensible was said."""
    return Conflict(value) if value in set(Conflict) else Conflict.ASK


def parse_order(sort: str, direction: str) -> Order:
    """Return the order of a listing; by name, where nothing sensible was said."""
    return Order(Sort(sort) if sort in set(Sort) else Sort.NAME, descending=direction == "desc")
