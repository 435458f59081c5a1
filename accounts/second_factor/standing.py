"""How far someone has come: what the gate asks of every request (ASVS 5.0, 6.3.3)."""

from enum import Enum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q

from accounts.models import User
from accounts.second_factor.kinds import enabled_kinds


class Standing(Enum):
    # Has shown a second factor, or has none and need have none.
    VERIFIED = "verified"
    # The password was right; the second factor is still to be shown.
    OWES_CODE = "owes code"
    # The password was right; a second factor must be set up before anything else.
    OWES_ENROLMENT = "owes enrolment"


def any_factor() -> Q:
    """Return the condition that a person has a factor of a kind that is switched on."""
    own = Q(pk=None)
    for kind in enabled_kinds():
        if kind.counts:
            devices: Any = kind.model
            own |= Q(Exists(devices.objects.filter(user=OuterRef("pk"), confirmed=True)))
    return own


def has_second_factor(user: User) -> bool:
    """Tell whether the person has any factor. One query for all kinds.

    Every request of every page asks it: written as SQL once, it costs a third of the ORM's.
    """
    models = tuple(kind.model for kind in enabled_kinds() if kind.counts)
    person = User._meta.pk.get_db_prep_value(user.pk, connection)  # noqa: SLF001  (documented)
    with connection.cursor() as cursor:
        cursor.execute(_any_device_sql(models), [person] * len(models))
        return cursor.fetchone() is not None


@lru_cache
def _any_device_sql(models: tuple[type[Model], ...]) -> str:
    """Return what finds a row where a person has a confirmed device of one of the models."""
    names = [model._meta.db_table for model in models]  # noqa: SLF001  (documented)
    tables = [connection.ops.quote_name(name) for name in names]
    return " UNION ALL ".join(
        # Names of our own tables alone: nothing of a request is in it.
        f"SELECT 1 FROM {table} WHERE user_id = %s AND confirmed"  # noqa: S608
        for table in tables
    )


def is_required_of(user: User) -> bool:
    if user.must_enrol:
        return True
    if settings.SECOND_FACTOR == "staff":
        return bool(user.is_staff)
    return bool(settings.SECOND_FACTOR == "everyone")


def standing_of(user: User, *, verified: bool) -> Standing:
    """Return how far a person who gave the password has come. `verified`: a factor was shown."""
    if verified:
        return Standing.VERIFIED
    if has_second_factor(user):
        return Standing.OWES_CODE
    if is_required_of(user):
        return Standing.OWES_ENROLMENT
    return Standing.VERIFIED
