"""Places of addresses, from a real small database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from accounts import places
from accounts.models import SecurityEvent, User
from accounts.places import country_of, place_of
from accounts.tests.factories import PASSWORD
from accounts.tests.mmdb import make_database
from notifications.models import Notification

ZURICH = {"city": {"names": {"en": "Zürich"}}, "country": {"names": {"en": "Switzerland"}}}
BONAIRE = {"country": {"names": {"en": "Bonaire, Sint Eustatius, and Saba"}}}
SWEDEN = {"country": {"names": {"en": "Sweden"}}}


@pytest.fixture(autouse=True)
def _open_anew() -> Iterator[None]:
    yield
    places._database.cache_clear()


@pytest.fixture
def database(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "city.mmdb"
    path.write_bytes(make_database({"81.2.69.0/24": ZURICH, "2a02:16a0::/32": SWEDEN}))
    settings.GEOIP_DATABASE = str(path)
    return path


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("81.2.69.7", "Zürich, Switzerland"),
        ("2a02:16a0::1", "Sweden"),
        ("8.8.8.8", ""),
        ("10.1.2.3", "Private network"),
        ("127.0.0.1", "Private network"),
        ("100.64.0.1", "Private network"),
        ("fd00::1", "Private network"),
        ("::1", "Private network"),
        ("", ""),
        (None, ""),
        ("<b>", ""),
    ],
)
def test_places(database: Path, ip: str | None, place: str) -> None:
    assert place_of(ip) == place


@pytest.mark.parametrize(
    ("record", "country"),
    [
        (ZURICH, "Switzerland"),
        (SWEDEN, "Sweden"),
        (BONAIRE, "Bonaire, Sint Eustatius, and Saba"),
        ({"city": {"names": {"en": "Zürich"}}}, ""),
    ],
)
def test_countries_are_those_of_the_record(
    tmp_path: Path, settings: Any, record: dict[str, Any], country: str
) -> None:
    path = tmp_path / "city.mmdb"
    path.write_bytes(make_database({"81.2.69.0/24": record}))
    settings.GEOIP_DATABASE = str(path)
    assert country_of("81.2.69.7") == country
    assert [country_of(ip) for ip in ("10.1.2.3", "8.8.8.8", "", None)] == [""] * 4


def test_without_a_database_only_private_networks_are_known(settings: Any) -> None:
    settings.GEOIP_DATABASE = ""
    assert (place_of("81.2.69.7"), place_of("192.168.1.2")) == ("", "Private network")


def test_the_database_is_opened_once(database: Path) -> None:
    assert place_of("81.2.69.7")
    database.unlink()
    assert place_of("81.2.69.8") == "Zürich, Switzerland"


@pytest.mark.parametrize("content", [b"", b"not a database", None])
def test_pages_do_without_a_bad_database_and_the_check_tells(
    database: Path, content: bytes | None
) -> None:
    assert "devops360.E005" not in [found.id for found in run_checks()]
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    assert place_of("81.2.69.7") == ""
    assert "devops360.E005" in [found.id for found in run_checks()]


def test_a_damaged_record_is_no_place(database: Path) -> None:
    data = database.read_bytes()
    # Two kinds of values that there are not, where the record's first key begins.
    database.write_bytes(data.replace(b"\x44city", b"\xff\xffity"))
    assert place_of("81.2.69.7") == ""


def test_a_database_of_something_else_is_no_place(database: Path) -> None:
    records = {"81.2.69.0/24": {"city": "Zürich"}, "81.2.70.0/24": "text"}
    database.write_bytes(make_database(records))
    assert (place_of("81.2.69.7"), place_of("81.2.70.7")) == ("", "")


def sign_in(client: Client, ip: str) -> None:
    client.post("/account/login/", {"login": "kim", "password": PASSWORD}, REMOTE_ADDR=ip)
    client.get("/account/", REMOTE_ADDR=ip)
    client.post("/account/logout/", REMOTE_ADDR=ip)


def test_a_sign_in_from_another_country_is_told_once(
    database: Path, client: Client, person: User
) -> None:
    told = Notification.objects.filter(recipient=person)
    # The first; one of nobody knows where; and one from another network at home.
    for ip in ("81.2.69.7", "8.8.8.8", "10.1.2.3", "81.2.69.8"):
        sign_in(client, ip)
    assert not told.exists()
    for ip in ("2a02:16a0::1", "81.2.69.7", "2a02:16a0::2"):
        sign_in(client, ip)
    assert [notice.kind for notice in told] == ["new_place"]
    assert told.get().context["place"] == "Sweden"
    # A browser that is new as well is told as that alone.
    told.delete()
    SecurityEvent.objects.filter(ip__startswith="2a02").delete()
    sign_in(Client(), "2a02:16a0::3")
    assert [notice.kind for notice in told] == ["new_browser"]
