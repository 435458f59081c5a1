"""What people choose: the table, quiet hours, the digest, one click out of it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from notifications import digest, preferences
from notifications.events import notify
from notifications.models import Delivery, Preference, Timing
from notifications.outbox.pump import Pump
from notifications.quiet import end_of_quiet
from notifications.tests.factories import PersonFactory
from notifications.tests.fakes import FakeChannel

PAGE = "/notifications/preferences/"
SHARED = {"actor": "Rosa", "name": "Plan"}


@pytest.fixture
def reader(db: None) -> Any:
    return PersonFactory()


@pytest.fixture
def own(reader: Any) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def table(client: Client, **changes: str) -> dict[str, str]:
    """Return what the page's form would send, with some cells changed."""
    fields = {}
    for _title, rows in client.get(PAGE).context["groups"]:
        for row in rows:
            for cell in row["cells"]:
                if cell["mode"] != "off" or cell["has_digest"]:
                    fields[cell["name"]] = cell["mode"]
    fields.update({name.replace("__", ":"): mode for name, mode in changes.items()})
    return fields


def test_saving_the_defaults_keeps_nothing(own: Client) -> None:
    assert own.post(PAGE, table(own)).status_code == 302
    assert not Preference.objects.exists()


def test_departures_are_kept_and_shown(own: Client, reader: Any) -> None:
    fields = table(own, shared_with_me__email="digest", links__email="on")
    del fields["quota:in_app"]
    own.post(PAGE, fields)
    assert set(Preference.objects.values_list("subject", "channel", "mode")) == {
        ("shared_with_me", "email", "digest"),
        ("links", "email", "on"),
        ("quota", "in_app", "off"),
    }
    assert table(own) == fields
    own.post(PAGE, table(own, links__email="off"))
    assert not Preference.objects.filter(subject="links").exists()
    own.post(f"{PAGE}reset/")
    assert not Preference.objects.exists()


def test_what_is_locked_stays_on_whatever_is_sent(own: Client, reader: Any) -> None:
    assert "Always" in own.get(PAGE).text
    own.post(PAGE, table(own, sign_in__email="off", credentials__email="digest"))
    assert not Preference.objects.exists()


def test_nonsense_is_refused(own: Client) -> None:
    answer = own.post(PAGE, table(own, links__in_app="digest"))
    assert answer.status_code == 400
    assert "out of date" in answer.text


def test_rows_for_staff_are_shown_to_staff_alone(own: Client, reader: Any) -> None:
    assert "Running the site" not in own.get(PAGE).text
    reader.is_staff = True
    names = {subject.name for subject in preferences.subjects_for(reader)}
    assert "operations" in names
    assert not names & {"tests", "digest", "probes"}


def test_quiet_hours_and_the_digests_hour(own: Client, reader: Any) -> None:
    own.post(f"{PAGE}timing/", {"quiet_from": "22:00", "quiet_until": "07:30", "digest_hour": "6"})
    kept = Timing.objects.get(user=reader)
    assert (kept.quiet_from, kept.quiet_until, kept.digest_hour) == (time(22), time(7, 30), 6)
    own.post(f"{PAGE}timing/", {"quiet_from": "", "quiet_until": "", "digest_hour": "8"})
    kept.refresh_from_db()
    assert (kept.quiet_from, kept.digest_hour) == (None, 8)


@pytest.mark.parametrize(
    "fields",
    [
        {"quiet_from": "22:00", "quiet_until": ""},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "25:00", "quiet_until": "07:00"},
        {"digest_hour": "24"},
    ],
)
def test_impossible_hours_are_told(own: Client, fields: dict[str, str]) -> None:
    answer = own.post(f"{PAGE}timing/", {"digest_hour": "8", **fields})
    assert answer.status_code == 400
    assert "errorlist" in answer.text
    assert not Timing.objects.exists()


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-07-01T21:00", "2026-07-02T05:00"),
        ("2026-07-01T19:59", None),
        ("2026-07-02T04:59", "2026-07-02T05:00"),
        ("2026-07-02T05:00", None),
        # The night in which the clocks go back: seven in the morning is an hour later.
        ("2026-10-24T23:00", "2026-10-25T06:00"),
    ],
)
def test_quiet_from_ten_to_seven_in_vienna(at: str, end: str | None) -> None:
    timing = Timing(quiet_from=time(22), quiet_until=time(7))
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = end_of_quiet(timing=timing, zone=ZoneInfo("Europe/Vienna"), at=moment)
    assert found == (datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None)


def test_within_one_day_too() -> None:
    timing = Timing(quiet_from=time(13), quiet_until=time(14))
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert end_of_quiet(timing=timing, zone=UTC, at=noon) is None
    half_past = noon + timedelta(minutes=90)
    assert end_of_quiet(timing=timing, zone=UTC, at=half_past) == noon + timedelta(hours=2)
    assert end_of_quiet(timing=None, zone=UTC, at=noon) is None


def hold(reader: Any, *names: str) -> None:
    Preference.objects.get_or_create(
        user=reader, subject="shared_with_me", channel="email", defaults={"mode": "digest"}
    )
    for name in names:
        notify(kind="file_shared", to=reader, context={**SHARED, "name": name}, url="/files/")


def test_the_digest_comes_once_at_its_hour_with_all_that_was_held(reader: Any) -> None:
    hold(reader, "one", "two")
    assert Pump().drain() == {}
    held_at = Delivery.objects.latest("pk").created_at
    eight = digest.last_digest_time(hour=8, zone=UTC, now=held_at + timedelta(days=1))
    assert digest.send_digests(now=eight - timedelta(minutes=1)) == 0
    assert digest.send_digests(now=eight + timedelta(minutes=10)) == 1
    assert digest.send_digests(now=eight + timedelta(minutes=20)) == 0
    assert Pump().drain() == {"sent": 1}
    (sent,) = mail.outbox
    assert sent.subject.startswith("Your day at")
    assert "“one”" in str(sent.body)
    assert "“two”" in str(sent.body)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_what_came_after_the_hour_waits_for_the_next_day(reader: Any) -> None:
    hold(reader, "early")
    now = Delivery.objects.get().created_at + timedelta(days=1)
    at = digest.last_digest_time(hour=8, zone=UTC, now=now)
    hold(reader, "late")
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(
        created_at=at + timedelta(minutes=1)
    )
    assert digest.send_digests(now=at + timedelta(minutes=5)) == 1
    assert Delivery.objects.filter(state="held").count() == 1


def one_click(reader: Any) -> str:
    """Send a mail and return the path of its one-click link."""
    Pump().drain()
    header = mail.outbox[-1].extra_headers["List-Unsubscribe"]
    assert mail.outbox[-1].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(header).strip("<>").removeprefix("http://localhost:8000")


def test_one_click_stops_it_without_signing_in(reader: Any) -> None:
    notify(kind="file_shared", to=reader, context=SHARED)
    path = one_click(reader)
    notify(kind="share_ended", to=reader, context=SHARED)
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert not Preference.objects.exists()
    posted = {"List-Unsubscribe": "One-Click"}
    assert stranger.post(path, posted).status_code == 200
    assert stranger.post(path, posted).status_code == 200
    assert Preference.objects.get().mode == "off"
    assert Delivery.objects.get(state="dropped").error == "unsubscribed"
    notify(kind="file_shared", to=reader, context=SHARED)
    assert not Delivery.objects.filter(state="pending").exists()


@pytest.mark.parametrize("damage", [lambda path: path[:-8] + "AAAAAAA/", lambda path: path + "x/"])
def test_a_forged_link_stops_nothing(reader: Any, damage: Any) -> None:
    notify(kind="file_shared", to=reader, context=SHARED)
    forged = damage(one_click(reader))
    assert Client().post(forged).status_code == 404
    assert not Preference.objects.exists()


def test_a_link_of_somebody_who_is_gone_leads_nowhere(reader: Any) -> None:
    notify(kind="file_shared", to=reader, context=SHARED)
    path = one_click(reader)
    reader.delete()
    assert Client().post(path).status_code == 404


def test_one_click_on_a_digest_stops_what_it_is_made_of(reader: Any) -> None:
    hold(reader, "one")
    digest.send_digests(now=Delivery.objects.get().created_at + timedelta(days=2))
    path = one_click(reader)
    hold(reader, "two")
    Client().post(path)
    assert Preference.objects.get().mode == "off"
    assert not Delivery.objects.filter(state="held").exists()


def test_security_mail_has_no_way_out(reader: Any) -> None:
    notify(kind="codes_guessed", to=reader, context={"ip": "", "browser": ""})
    channel = FakeChannel()
    Pump(channels=[channel]).drain()
    assert channel.given[0].message.unsubscribe_url == ""
