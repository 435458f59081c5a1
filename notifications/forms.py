"""What people type: when they are told, and the addresses at which programs are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Timing


class WebhookForm(forms.Form):
    # Not a URLField: notifications.safe_http knows better what is an address, and says why not.
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(
            attrs={
                "type": "url",
                "inputmode": "url",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "https://hooks.example.com/vault",
            }
        ),
        help_text=_("It gets a signed POST for whatever your settings say."),
    )
    label = forms.CharField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("By which you will know it, such as “Home automation”."),
    )


class ChallengeForm(forms.Form):
    challenge = forms.CharField(
        label=_("Challenge"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "autocapitalize": "characters",
                # The page looks for news by itself: what is half typed stays.
                "hx-preserve": "true",
            }
        ),
        help_text=_("16 letters and digits, in the newest post that arrived there."),
    )


class TimingForm(forms.ModelForm[Timing]):
    digest_hour = forms.TypedChoiceField(
        label=_("The digest comes at"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
    )

    class Meta:
        model = Timing
        fields = ("quiet_from", "quiet_until", "digest_hour")
        labels = {"quiet_from": _("Quiet from"), "quiet_until": _("Quiet until")}
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None):
            self.add_error(
                "quiet_until" if end is None else "quiet_from",
                _("Give both times, or neither for no quiet hours."),
            )
        elif start is not None and start == end:
            self.add_error("quiet_until", _("These are the same: choose a later time."))
        return cleaned
