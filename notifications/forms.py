"""What people type about the addresses at which programs are told."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
