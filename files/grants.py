"""Sharing with people of the site: let in, found under "Shared with me", ended by either side.

Whether somebody has the address or user name that is typed is never told: the same row is made,
and the same is said. Only once the person has come, their name is shown.
"""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from files.activity import Act, record
from files.errors import ShareError
from files.models import Activity, Grant, Node
from files.people import find_person, name_of
from notifications.events import notify

GRANTS_PER_NODE = 100
ADDRESS_LENGTH = 254


@transaction.atomic
def grant_access(*, node: Node, address: str, role: Grant.Role, act: Act) -> Grant:
    """Let whoever has the address or user name into a file or folder; or change their role.

    Raises ShareError for what cannot be shared, or with whom it cannot.
    """
    address = address.strip().lower()
    refuse_root(node)
    if not address or len(address) > ADDRESS_LENGTH:
        raise ShareError(_("Type an e-mail address or a user name."))
    person = find_person(address)
    if person is not None and person.pk == node.owner_id:
        raise ShareError(_("This is yours already. Type the address of somebody else."))
    # Under its row, so that of two who share at once neither passes the limit.
    Node.objects.select_for_update().get(pk=node.pk)
    known = Grant.objects.filter(node=node, address=address).first()
    if known is not None:
        return _change_role(known, role, act)
    if Grant.objects.filter(node=node).count() >= GRANTS_PER_NODE:
        raise ShareError(
            _("This is shared with %(people)s people. End one of them first.")
            % {"people": GRANTS_PER_NODE}
        )
    grant = Grant.objects.create(
        node=node, address=address, person_id=person.pk if person else None, role=role
    )
    record(Activity.Kind.SHARED, [node], act, detail=address)
    if person is not None:
        _tell("file_shared", grant)
    return grant


def _tell(kind: str, grant: Grant) -> None:
    """Tell the person of what has begun or ended; once for each time."""
    if grant.person is None:
        return
    node = grant.node
    place = "files:folder" if node.is_folder else "files:detail"
    notify(
        kind=kind,
        to=grant.person,
        context={"actor": name_of(node.owner), "name": node.name},
        url=reverse(place, args=[node.pk]) if kind == "file_shared" else reverse("files:shared"),
        key=f"{grant.pk}",
    )


def refuse_root(node: Node) -> None:
    if node.is_root:
        raise ShareError(_("Share a folder in your vault, not the whole of it."))


def _change_role(grant: Grant, role: Grant.Role, act: Act) -> Grant:
    if grant.role != role:
        grant.role = role
        grant.save(update_fields=["role"])
        record(Activity.Kind.ROLE_CHANGED, [grant.node], act, detail=f"{grant.address}: {role}")
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, act: Act) -> None:
    """Let somebody in no more, at once. By the owner, or by the person who leaves."""
    left = act.actor is not None and act.actor.pk == grant.person_id
    kind = Activity.Kind.LEFT if left else Activity.Kind.UNSHARED
    if Grant.objects.filter(pk=grant.pk).delete()[0]:
        record(kind, [grant.node], act, detail=grant.address)
        if not left:
            _tell("share_ended", grant)


@transaction.atomic
def claim_grants(*, person: AbstractBaseUser, address: str) -> int:
    """Give a person what was shared with their confirmed e-mail address before they came."""
    # A user name is free for anyone to take: only an address says who was meant.
    meant = Grant.objects.filter(person=None, address=address.lower(), address__contains="@")
    return meant.exclude(node__owner=person.pk).update(person=person.pk)


def note_arrival(*, user: AbstractBaseUser, tops: frozenset[UUID]) -> None:
    """Note that the person has come to what was shared with them. Harmless to repeat."""
    waiting = Grant.objects.filter(person=user.pk, node__in=tops, opened_at=None)
    if waiting.exists():
        waiting.update(opened_at=timezone.now())
