"""Forms of the profile page."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.avatars.changes import MAX_BYTES
from accounts.avatars.sandbox import Crop
from accounts.models import User
from accounts.profile import time_zone_choices
from accounts.validators import normalise_phone


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["display_name", "username", "bio", "phone", "time_zone", "language"]
        widgets = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "username": forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
            "bio": forms.Textarea(attrs={"rows": 4}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {
            "display_name": _("How you are called here. Without one, by your user name."),
            "username": _("You can sign in with it. Letters, digits and . _ + - only."),
            "phone": _("With the country code, such as +41 44 668 18 00."),
            "time_zone": _("Dates and times are shown in it."),
            "language": _("Of pages, and of mails and messages to you."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = time_zone_choices()
        current = self.instance.time_zone
        if current not in {zone for _region, group in zones for zone, _label in group}:
            zones.append((str(_("Present")), [(current, current)]))
        self.fields["time_zone"] = forms.ChoiceField(
            choices=zones,
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
        )
        self.fields["language"] = forms.ChoiceField(
            choices=settings.LANGUAGES,
            label=self.fields["language"].label,
            help_text=self.fields["language"].help_text,
        )
        # "+", 15 digits, and room for how people write them apart.
        self.fields["phone"] = forms.CharField(
            label=self.fields["phone"].label,
            help_text=self.fields["phone"].help_text,
            widget=self.fields["phone"].widget,
            required=False,
            max_length=40,
        )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if username.lower() == self.initial["username"].lower():
            return username
        return str(get_adapter().clean_username(username))

    def clean_phone(self) -> str:
        return normalise_phone(self.cleaned_data["phone"])


class AvatarForm(forms.Form):
    """A picture, and the square of it to show: fractions, which the page's script fills in."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, WebP, HEIC, GIF, AVIF or TIFF, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/*,.heic,.heif"}),
    )
    left = forms.FloatField(required=False, min_value=0, max_value=1, widget=forms.HiddenInput)
    top = forms.FloatField(required=False, min_value=0, max_value=1, widget=forms.HiddenInput)
    side = forms.FloatField(required=False, min_value=0.01, max_value=1, widget=forms.HiddenInput)

    def clean_picture(self) -> UploadedFile[Any]:
        picture: UploadedFile[Any] = self.cleaned_data["picture"]
        if (picture.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("Choose a file of at most 10 MB."), "too_large")
        return picture

    def crop(self) -> Crop | None:
        """Return the chosen square, or None for the largest in the middle."""
        numbers = [self.cleaned_data.get(name) for name in ("left", "top", "side")]
        if any(number is None for number in numbers):
            return None
        return Crop(*(float(number or 0) for number in numbers))
