"""The inbox: whose it is, what is done on it, what it costs; and the bell."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications import inbox
from notifications.events import notify
from notifications.models import Notification, Preference
from notifications.tests.factories import PersonFactory

INBOX, CHANGE = "/notifications/", "/notifications/change/"


@pytest.fixture
def reader(db: None) -> Any:
    return PersonFactory()


@pytest.fixture
def own(reader: Any) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def tell(to: Any, name: str = "Plan", kind: str = "file_shared") -> Notification:
    notify(kind=kind, to=to, context={"actor": "Rosa", "name": name}, url="/files/")
    return Notification.objects.latest("pk")


def shown(client: Client, **query: str) -> list[str]:
    page = client.get(INBOX, query).context["page"]
    return [entry.notification.context["name"] for entry in page.entries]


def test_it_is_empty_and_says_what_will_come(own: Client) -> None:
    assert "Nothing yet" in own.get(INBOX).text


def test_the_newest_comes_first_and_only_ones_own(own: Client, reader: Any) -> None:
    tell(PersonFactory(), "not mine")
    for name in ("first", "second"):
        tell(reader, name)
    assert shown(own) == ["second", "first"]


def test_names_are_words_and_no_markup(own: Client, reader: Any) -> None:
    tell(reader, "<b>bold</b>")
    page = own.get(INBOX).text
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page


def test_pages_follow_each_other_and_cost_the_same(
    own: Client, reader: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(3):
        tell(reader, str(number))
    own.get(INBOX)
    # Session, person, second factor, the page, the bell, and who is asked for a factor.
    with django_assert_num_queries(5):
        own.get(INBOX)
    Notification.objects.bulk_create(
        Notification(
            recipient=reader, kind="file_shared", context={"actor": "Rosa", "name": str(number)}
        )
        for number in range(3, 75)
    )
    with django_assert_num_queries(5):
        first = own.get(INBOX).context["page"]
    names, before = shown(own), first.older
    while before:
        page = own.get(INBOX, {"before": before}).context["page"]
        names += [entry.notification.context["name"] for entry in page.entries]
        before = page.older
    assert names == [str(number) for number in reversed(range(75))]


@pytest.mark.parametrize(
    "query", [{"before": "9" * 40}, {"before": "x"}, {"box": "x"}, {"category": "x"}]
)
def test_nonsense_shows_the_inbox(own: Client, reader: Any, query: dict[str, str]) -> None:
    tell(reader)
    assert shown(own, **query) == ["Plan"]


def test_boxes_and_subjects(own: Client, reader: Any) -> None:
    one, two = tell(reader, "one"), tell(reader, "two")
    notify(kind="integrity_trouble", to=reader, context={"name": "damaged"})
    own.post(CHANGE, {"change": f"read {one.uuid}"})
    own.post(CHANGE, {"change": f"archive {two.uuid}"})
    assert shown(own) == ["damaged", "one"]
    assert shown(own, box="unread") == ["damaged"]
    assert shown(own, box="archive") == ["two"]
    assert shown(own, category="sharing") == ["one"]
    assert shown(own, box="unread", category="sharing") == []


@pytest.mark.parametrize("action", inbox.CHANGES)
def test_each_change_can_be_undone(own: Client, reader: Any, action: str) -> None:
    rows = [tell(reader, name) for name in ("one", "two")]
    fields = {"id": [str(row.uuid) for row in rows]}
    if action in {"unread", "restore"}:
        own.post(CHANGE, {"change": inbox.UNDO[action], **fields})
    before = list(Notification.objects.order_by("pk").values_list("read_at", "archived_at"))
    assert own.post(CHANGE, {"change": action, **fields}).status_code == 302
    changed = list(Notification.objects.order_by("pk").values_list("read_at", "archived_at"))
    assert all(now != then for now, then in zip(changed, before, strict=True))
    own.post(CHANGE, {"change": inbox.UNDO[action], **fields})
    undone = list(Notification.objects.order_by("pk").values_list("read_at", "archived_at"))
    assert [(bool(a), bool(b)) for a, b in undone] == [(bool(a), bool(b)) for a, b in before]


def test_a_script_gets_the_list_and_the_way_back(own: Client, reader: Any) -> None:
    row = tell(reader)
    answer = own.post(
        CHANGE,
        {"change": f"archive {row.uuid}", "next": "box=unread"},
        headers={"HX-Request": "true"},
    )
    assert "<html" not in answer.text
    assert 'id="inbox"' in answer.text
    assert str(row.uuid) in answer["HX-Trigger"]
    assert "restore" in answer["HX-Trigger"]


def test_a_form_goes_back_to_its_page(own: Client, reader: Any) -> None:
    row = tell(reader)
    fields = {"change": f"read {row.uuid}", "next": "box=unread&category=sharing&evil=//x"}
    assert own.post(CHANGE, fields)["Location"] == "/notifications/?box=unread&category=sharing"


def test_everything_read_and_undone_but_what_was_read_before(own: Client, reader: Any) -> None:
    early = tell(reader, "early")
    own.post(CHANGE, {"change": f"read {early.uuid}"})
    tell(reader, "late")
    answer = own.post("/notifications/read-all/", headers={"HX-Request": "true"})
    assert not Notification.objects.filter(read_at=None).exists()
    moment = Notification.objects.latest("pk").read_at
    assert moment is not None
    assert moment.isoformat() in answer["HX-Trigger"]
    own.post("/notifications/unread-all/", {"at": moment.isoformat()})
    assert [row.read_at is None for row in Notification.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        (CHANGE, {"change": "burn"}),
        (CHANGE, {"change": "read", "id": "x"}),
        (CHANGE, {"change": "read", "id": ["00000000-0000-0000-0000-000000000001"] * 201}),
        ("/notifications/unread-all/", {"at": "yesterday"}),
        ("/notifications/unread-all/", {"at": "2026-01-01T00:00:00"}),
        ("/notifications/unread-all/", {"at": "2026-99-01T00:00:00"}),
        ("/notifications/unread-all/", {"at": "9999-12-31T23:59:59-12:00"}),
    ],
)
def test_nonsense_is_refused_with_words(own: Client, address: str, fields: dict[str, Any]) -> None:
    answer = own.post(address, fields)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.text.endswith(".")


def test_a_stranger_changes_nothing(own: Client, reader: Any) -> None:
    theirs = tell(PersonFactory())
    for action in inbox.CHANGES:
        own.post(CHANGE, {"change": f"{action} {theirs.uuid}"})
    own.post("/notifications/read-all/")
    theirs.refresh_from_db()
    assert (theirs.read_at, theirs.archived_at) == (None, None)


def test_what_is_not_for_the_inbox_is_nowhere(own: Client, reader: Any) -> None:
    Preference.objects.create(user=reader, subject="shared_with_me", channel="in_app", mode="off")
    tell(reader)
    assert shown(own) == []
    assert own.get("/notifications/bell/").json()["unread"] == 0


def test_the_bell_is_on_every_page_and_costs_one_query(
    own: Client, reader: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    tell(reader)
    assert "Notifications: 1 unread" in own.get(reverse("accounts:profile")).text
    with django_assert_num_queries(1):
        assert inbox.unread_count(reader) == 1
    Notification.objects.bulk_create(
        Notification(recipient=reader, kind="file_shared", context={"actor": "R", "name": "N"})
        for _ in range(150)
    )
    assert "more than 99 unread" in own.get(reverse("accounts:profile")).text


def test_the_bells_question_keeps_no_session_alive(own: Client, reader: Any) -> None:
    assert own.get("/notifications/bell/", headers={"X-Background": "1"}).json() == {
        "unread": 0,
        "newest": None,
    }
    assert "seen_at" not in own.session
    tell(reader)
    answer = own.get("/notifications/bell/").json()
    assert answer["unread"] == 1
    assert answer["newest"]["title"] == "Rosa shared “Plan” with you"
    assert "seen_at" in own.session


def plan_of(sql: str) -> str:
    """Return how the database answers a query."""
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_the_bell_counts_in_one_query_by_an_index_alone(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    """SQLite also looks at the rows that the index finds: it reads no condition off an index."""
    people, read_at = PersonFactory.create_batch(40), timezone.now()
    rows = [
        Notification(recipient=person, kind="file_shared", read_at=read_at if number % 10 else None)
        for person in people
        for number in range(60)
    ]
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor, transaction.atomic():
        if is_postgres:
            # The tests' server commits before it has written, and vacuums no such rows.
            cursor.execute("SET LOCAL synchronous_commit = on")
        Notification.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        # Outside of a transaction. It tells PostgreSQL that an index is enough.
        cursor.execute("VACUUM ANALYZE notifications_notification" if is_postgres else "ANALYZE")
    with django_assert_num_queries(1) as asked:
        assert inbox.unread_count(people[7]) == 6
    plan = plan_of(asked.captured_queries[0]["sql"])
    by_index = (
        "Index Only Scan using notification_unread"
        if is_postgres
        else "USING INDEX notification_unread (recipient_id=?)"
    )
    assert by_index in plan
    for whole_table in ("Seq Scan", "SCAN notifications_notification"):
        assert whole_table not in plan
