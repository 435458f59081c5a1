"""The admin speaks German too: its columns and actions, and the pages before what is final."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.models import User
from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from notifications.models import Announcement

OURS = {"accounts", "devops360", "notifications"}
# Written alike in both.
ALIKE = {"id", "ID"}
REGISTERED = [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.fixture
def boss(db: None) -> Client:
    person: User = UserFactory.create(is_staff=True, is_superuser=True, language="de")
    client = Client()
    sign_in_verified(client, person)
    return client


def labels(model: type[Model]) -> list[str]:
    """Return what an administrator reads of a model: its name, columns, facts and actions."""
    own = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    shown = [*own.list_display, *own.get_readonly_fields(request, model())]
    offered = [each for each in own.get_actions(request).values() if each is not None]
    actions = [each.description for each in offered if hasattr(own, each.name)]
    names = [model._meta.verbose_name, model._meta.verbose_name_plural, *actions]
    return [str(label_for_field(name, model, own)) for name in shown] + list(map(str, names))


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.model_name)
def test_what_is_read_of_a_model_is_german(model: type[Model]) -> None:
    with translation.override("en"):
        english = labels(model)
    with translation.override("de"):
        german = labels(model)
    assert len(english) > 3
    same = {word for word, said in zip(english, german, strict=True) if word == said}
    assert same <= ALIKE


def test_the_first_page_is_german(boss: Client) -> None:
    page = boss.get("/admin/").content.decode()
    for words in ("Verwaltung von DevOps360", "Leute und Aufzeichnungen", "Konten", "Nachrichten"):
        assert words in page
    with translation.override("en"):
        names = {str(apps.get_app_config(label).verbose_name) for label in OURS}
    assert {"Accounts", "Notifications"} <= names


def confirm(client: Client, model: str, action: str, chosen: Model) -> Any:
    data = {"action": action, "_selected_action": [str(chosen.pk)]}
    return client.post(f"/admin/{model}/", data).content.decode()


def test_what_is_final_is_asked_in_german(boss: Client) -> None:
    draft = Announcement.objects.create(title="Wartung", text="Sonntag", by_email=True)
    asked = confirm(boss, "notifications/announcement", "send", draft)
    for words in ("Es kann nicht zurückgenommen", "Person", "In der App und per E-Mail", "Zurück"):
        assert words in asked
    asked = confirm(boss, "accounts/user", "reset_second_factors", UserFactory.create())
    assert "wirklich sie es sind" in asked
    assert 'value="Zurücksetzen"' in asked
