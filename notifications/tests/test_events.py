"""Telling people: what is written, once, by whose choice, and in how few queries."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from notifications.events import notify
from notifications.models import Delivery, Endpoint, Notification, Preference
from notifications.tests.factories import PersonFactory

SHARED = {"actor": "Rosa", "name": "Plan"}


def tell(to: Any, **more: Any) -> int:
    return notify(kind="file_shared", to=to, context=SHARED, **more)


def test_told_in_the_app_and_by_the_channels_of_the_kind(db: None) -> None:
    person = PersonFactory()
    assert tell(person, url="/files/") == 1
    told = Notification.objects.get(recipient=person)
    assert (told.kind, told.category, told.context) == ("file_shared", "sharing", SHARED)
    assert told.in_inbox
    owed = Delivery.objects.get(notification=told)
    assert (owed.channel, owed.address, owed.state) == ("email", person.email, "pending")


def test_a_change_that_is_undone_tells_nobody(db: None) -> None:
    with transaction.atomic():
        tell(PersonFactory())
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_a_context_without_the_names_of_the_words_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="need actor"):
        notify(kind="file_shared", to=PersonFactory(), context={"name": "Plan"})


def test_with_a_key_each_is_told_once(db: None) -> None:
    first, second = PersonFactory(), PersonFactory()
    assert tell(first, key="share 1") == 1
    assert tell([first, second], key="share 1") == 1
    assert tell(first, key="share 2") == 1
    assert Notification.objects.filter(recipient=first).count() == 2
    assert Delivery.objects.filter(notification__recipient=first).count() == 2
    assert Delivery.objects.filter(notification__recipient=second).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_tell_the_same_at_once_one_does() -> None:
    person = PersonFactory()
    told: list[int] = []
    ready = threading.Barrier(8)

    def tell_it() -> None:
        ready.wait()
        told.append(tell(person, key="once"))
        connection.close()

    threads = [threading.Thread(target=tell_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0] * 7 + [1]
    assert Delivery.objects.count() == 1


def test_a_hundred_people_cost_as_many_queries_as_one(
    db: None, django_assert_num_queries: Any
) -> None:
    one, hundred = PersonFactory(), PersonFactory.create_batch(100)
    for person in hundred:
        Preference.objects.create(
            user=person, subject="shared_with_me", channel="email", mode="digest"
        )
    # A savepoint and its end, wishes, endpoints, notifications, deliveries.
    with django_assert_num_queries(6):
        assert tell(one) == 1
    with django_assert_num_queries(6):
        assert tell(hundred) == 100
    assert Delivery.objects.filter(state="held").count() == 100


def test_switched_off_channels_are_left_out(db: None) -> None:
    person = PersonFactory()
    for channel in ("email", "in_app"):
        Preference.objects.create(
            user=person, subject="shared_with_me", channel=channel, mode="off"
        )
    assert tell(person) == 1
    assert not Delivery.objects.exists()
    assert not Notification.objects.get().in_inbox


def test_notices_of_security_ignore_what_was_switched_off(db: None) -> None:
    person = PersonFactory()
    Preference.objects.create(user=person, subject="sign_in", channel="email", mode="off")
    notify(kind="codes_guessed", to=person, context={"ip": "", "browser": ""})
    assert Delivery.objects.get().channel == "email"


def test_verified_phones_get_what_was_chosen_for_them(db: None) -> None:
    person, careless = PersonFactory(), PersonFactory()
    Endpoint.objects.create(
        user=person, channel="sms", address="+4366012345", verified_at=person.date_joined
    )
    Endpoint.objects.create(user=careless, channel="sms", address="+4366054321")
    for each in (person, careless):
        Preference.objects.create(user=each, subject="shared_with_me", channel="sms", mode="on")
    tell([person, careless])
    assert Delivery.objects.get(channel="sms").address == "+4366012345"


def test_one_mailbox_is_told_once_under_any_spelling(db: None) -> None:
    person = PersonFactory(email="kim@example.com")
    tell(person, also_mail=["KIM@example.com", "old@example.com"])
    addresses = {owed.address.lower() for owed in Delivery.objects.all()}
    assert addresses == {"kim@example.com", "old@example.com"}
    assert Delivery.objects.count() == 2


def test_the_deactivated_get_no_mail_but_about_security(db: None) -> None:
    gone = PersonFactory(is_active=False)
    tell(gone)
    assert not Delivery.objects.exists()
    notify(kind="codes_guessed", to=gone, context={"ip": "", "browser": ""})
    assert Delivery.objects.count() == 1


def test_channels_may_be_left_out_by_the_caller(db: None) -> None:
    assert tell(PersonFactory(), without=("email",)) == 1
    assert not Delivery.objects.exists()
