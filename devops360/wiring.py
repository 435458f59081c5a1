"""Where the apps meet. accounts and files do not know each other; the project knows both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from uuid import UUID

from django.conf import settings

from accounts import history
from accounts.avatars.changes import everybodys_keys
from accounts.deletion import register_cleaner
from accounts.entrance import register_welcome
from accounts.export import ExportItem, register_exporter
from accounts.letter_samples import SAMPLES
from accounts.models import SecurityEvent, User
from accounts.storage_use import Quota, register_quota, register_storage_use
from devops360 import audit
from devops360.models import AuditEntry
from devops360.observability.context import current_request_id, within_request
from devops360.observability.tracing import TRACEPARENT, carried, within_delivery
from files import activity
from files.activity import Act
from files.blobs import open_blob, read_chunks
from files.errors import QuarantineError
from files.grants import claim_grants
from files.models import Activity, Node
from files.people import register_directory
from files.quota import own_quota, set_quota
from files.relocation import register_others
from files.sizes import filesize
from files.vault import delete_vault, storage_used, walk_vault
from files.zips import DAMAGED
from notifications.looks import register_letters
from notifications.models import Delivery
from notifications.outbox.observing import Origin, register_observer
from notifications.own_data import own_data

# These hold their own compression: packing them again costs time and saves nothing.
PACKED = ("image/", "video/", "audio/", "application/zip", "application/pdf", "application/gzip")


def connect_apps() -> None:
    """Tell accounts what files can do for a person's account, and files who is here.

    Harmless to repeat.
    """
    register_exporter("files", export_files)
    register_exporter("notifications", export_notifications)
    register_cleaner(delete_files)
    register_storage_use(storage_used)
    register_directory(find_person)
    register_others("pictures of people", everybodys_keys)
    register_welcome(claim_shared)
    register_letters(SAMPLES)
    register_observer(within_origin, origin=current_origin)
    history.register_listener("audit", audit_security_event)
    activity.register_listener("audit", audit_activity)
    register_quota(
        Quota(
            read=own_quota,
            write=write_quota,
            everyone=lambda: settings.FILES_QUOTA,
            words=filesize,
        )
    )


def current_origin() -> Origin:
    return Origin(current_request_id(), carried().get(TRACEPARENT, ""))


@contextmanager
def within_origin(delivery: Delivery) -> Iterator[None]:
    """Let a send belong to the request that it is owed for: its lines of the log, and its trace."""
    with (
        within_request(delivery.request_id),
        within_delivery(delivery.channel, delivery.pk, owed_for=delivery.traceparent),
    ):
        yield


def export_files(user: User) -> Iterator[ExportItem]:
    """Yield every living file of the person's vault under its own path."""
    for path, blob in walk_vault(owner=user):
        try:
            file = open_blob(blob)
        except QuarantineError:
            # A word in its place, so that it is missed.
            yield ExportItem(f"{PurePosixPath(path)} is damaged.txt", iter([DAMAGED]))
            continue
        packed = blob.media_type.startswith(PACKED)
        yield ExportItem(str(PurePosixPath(path)), read_chunks(file), compressed=packed)


def export_notifications(user: User) -> Iterator[ExportItem]:
    """Yield what the person was told, where they are reached, and what they chose."""
    for path, content in own_data(user):
        yield ExportItem(path, content)


def delete_files(user: User) -> None:
    delete_vault(owner=user)


def find_person(login: str) -> User | None:
    """Return who has that e-mail address or user name, active and with a confirmed address."""
    people = User.objects.with_login(login).filter(is_active=True)
    found: User | None = people.filter(
        emailaddress__verified=True, emailaddress__primary=True
    ).first()
    return found


def claim_shared(user: User) -> None:
    """Give somebody who has signed in what was shared with their confirmed address before."""
    if user.emailaddress_set.filter(email__iexact=user.email, verified=True).exists():
        claim_grants(person=user, address=user.email)


def write_quota(owner_id: UUID, quota: int | None) -> None:
    set_quota(owner_id=owner_id, quota=quota)


def audit_security_event(event: SecurityEvent) -> None:
    """Enter into the audit trail what happened to an account."""
    refused = event.kind.endswith("_refused") and event.kind != SecurityEvent.Kind.RECOVERY_REFUSED
    audit.append(
        act=event.kind,
        # A wrong password or code was somebody's: not known to be the person's own.
        actor=None if refused else event.by_id or event.user_id,
        subject=event.user_id,
        result=AuditEntry.Result.REFUSED if refused else AuditEntry.Result.DONE,
        ip=event.ip,
        user_agent=event.user_agent,
    )


def audit_activity(kind: Activity.Kind, node: Node, act: Act) -> None:
    """Enter into the audit trail who opened a vault to whom, and what left it by a link."""
    audit.append(
        act=kind,
        actor=act.actor_id,
        subject=node.owner_id,
        target=f"node {node.pk}",
        ip=act.ip,
        user_agent=act.user_agent,
    )
