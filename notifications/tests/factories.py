"""Makers of what the tests of notifications need."""

import secrets

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory


class PersonFactory(DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda number: f"reader{number}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.com")
    password = factory.LazyFunction(lambda: secrets.token_hex(8))
