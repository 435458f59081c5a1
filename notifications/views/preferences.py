"""What somebody is told, where and when."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notifications import preferences
from notifications.channels.base import EMAIL, IN_APP, Channel
from notifications.errors import NotificationError
from notifications.forms import TimingForm
from notifications.http import PersonRequest
from notifications.kinds.base import Category, Subject
from notifications.models import Preference
from notifications.parsing import parse_modes
from notifications.preferences import mode_of, personal_channels, saved_modes, subjects_for

TEMPLATE = "notifications/preferences.html"


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request))
    subjects, channels = subjects_for(request.user), personal_channels()
    try:
        modes = parse_modes(request.POST, subjects=subjects, channels=channels)
    except NotificationError as error:
        messages.error(request, str(error))
        return render(request, TEMPLATE, _context(request), status=400)
    preferences.choose_all(user=request.user, modes=modes)
    messages.success(request, _("Saved."))
    return redirect("notifications:preferences")


@require_POST
def reset(request: PersonRequest) -> HttpResponse:
    preferences.reset(user=request.user)
    messages.success(request, _("Everything is as it was in the beginning."))
    return redirect("notifications:preferences")


@require_POST
def timing(request: PersonRequest) -> HttpResponse:
    form = TimingForm(request.POST, instance=preferences.timing_of(request.user))
    if not form.is_valid():
        return render(request, TEMPLATE, _context(request, timing=form), status=400)
    preferences.set_timing(user=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("notifications:preferences")


def _context(request: PersonRequest, timing: TimingForm | None = None) -> dict[str, Any]:
    channels = personal_channels()
    saved = saved_modes(request.user)
    subjects = subjects_for(request.user)
    return {
        "channels": channels,
        "groups": [
            (Category(category).label, [_row(subject, channels, saved) for subject in group])
            for category, group in groupby(subjects, key=lambda subject: subject.category)
        ],
        "modes": Preference.Mode.choices,
        "timing": timing or TimingForm(instance=preferences.timing_of(request.user)),
        "has_choices": bool(saved),
    }


def _row(
    subject: Subject, channels: list[Channel], saved: dict[tuple[str, str], str]
) -> dict[str, Any]:
    titles = [(IN_APP, _("Here")), *((channel.name, channel.title) for channel in channels)]
    return {
        "subject": subject,
        "cells": [
            {
                "name": f"{subject.name}:{channel}",
                "title": title,
                "mode": mode_of(
                    subject=subject, channel=channel, saved=saved.get((subject.name, channel))
                ),
                "locked": channel in subject.locked,
                "has_digest": channel == EMAIL,
            }
            for channel, title in titles
        ],
    }
