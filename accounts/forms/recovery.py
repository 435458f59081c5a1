"""Asking an administrator for a way back in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RecoveryForm(forms.Form):
    reason = forms.CharField(
        label=_("What happened"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The administrator reads this, and will want to know that it is you."),
    )
