"""Forms of the administration."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class InvitationForm(forms.ModelForm[User]):
    """A new person, who sets the password by a mailed link."""

    class Meta:
        model = User
        fields = ["email", "username", "display_name"]
        help_texts = {
            "email": _("A link to set a password goes there. It is good for an hour."),
            "username": _("Letters, digits and . _ + - only. The person can change it."),
        }

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
