"""Links by which people without an account reach a file or a folder, and nothing beside it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from files.activity import SITE, Act, record
from files.errors import ShareError
from files.models import Activity, Node, Share
from files.secret_links import digest_of, hashed, new_secret, note_open, refuse_end
from files.tree import ancestors
from notifications.events import notify

LINKS_PER_NODE = 100
# One who reloads, or looks around in a folder, is written down once.
SAME_VISIT = timedelta(minutes=30)
# This long before its end, the owner is told; not of links that live no longer than that.
ENDS_SOON = timedelta(days=1)


@transaction.atomic
def create_link(
    *,
    node: Node,
    label: str = "",
    password: str = "",
    expires_at: datetime | None = None,
    max_downloads: int | None = None,
    view_only: bool = False,
    act: Act = SITE,
) -> tuple[Share, str]:
    """Make a link; return it and its secret, which is kept nowhere. Raises ShareError."""
    if node.is_root:
        raise ShareError(_("Share a folder in your vault, not the whole of it."))
    if node.shares.filter(revoked_at=None).count() >= LINKS_PER_NODE:
        raise ShareError(_("There are 100 links to this. End one that is not needed any more."))
    refuse_end(expires_at)
    secret = new_secret()
    share = Share.objects.create(
        node=node,
        digest=digest_of(secret),
        label=label,
        password=hashed(password),
        expires_at=expires_at,
        max_downloads=None if view_only else max_downloads,
        view_only=view_only,
    )
    record(Activity.Kind.LINK_MADE, [node], act, detail=label)
    return share, secret


@transaction.atomic
def change_link(
    *,
    share: Share,
    label: str,
    password: str | None,
    expires_at: datetime | None,
    max_downloads: int | None,
    view_only: bool,
    act: Act,
) -> Share:
    """Give a link other terms; its address stays. A password of None stays as it is.

    Whoever had unlocked it by another password is asked again. Raises ShareError.
    """
    if expires_at != share.expires_at:
        refuse_end(expires_at)
    share.label, share.expires_at, share.view_only = label, expires_at, view_only
    share.max_downloads = None if view_only else max_downloads
    if password is not None:
        share.password = hashed(password)
    share.save(update_fields=["label", "expires_at", "view_only", "max_downloads", "password"])
    record(Activity.Kind.LINK_CHANGED, [share.node], act, detail=label)
    return share


@transaction.atomic
def revoke_link(*, share: Share, act: Act = SITE) -> None:
    """End a link at once. Harmless to repeat."""
    now = timezone.now()
    if Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=now):
        share.revoked_at = now
        record(Activity.Kind.LINK_ENDED, [share.node], act, detail=share.label)


def find_link(secret: str) -> Share:
    """Return the link of that secret, if it leads somewhere still. Raises Share.DoesNotExist."""
    links = Share.objects.open().select_related("node", "node__owner", "node__content")
    return links.get(digest=digest_of(secret))


def find_link_used_up(secret: str) -> Share:
    """Return the link also where its downloads are taken: the last one may still be going on."""
    links = Share.objects.unended().select_related("node", "node__owner", "node__content")
    return links.get(digest=digest_of(secret))


@transaction.atomic
def count_open(*, share: Share, act: Act = SITE) -> None:
    if note_open(share):
        _tell_owner("link_first_opened", share)
    if not _is_same_visit(share, act):
        record(Activity.Kind.LINK_OPENED, [share.node], act, detail=share.label)


def _is_same_visit(share: Share, act: Act) -> bool:
    since = timezone.now() - SAME_VISIT
    seen = Activity.objects.filter(share=share, kind=Activity.Kind.LINK_OPENED, ip=act.ip)
    return seen.filter(at__gt=since).exists()


@transaction.atomic
def count_download(*, share: Share, node: Node | None = None, act: Act = SITE) -> bool:
    """Take one of the link's downloads; return False where none is left.

    One statement decides, so that of many who come for the last one, one gets it. What is counted
    stands in that statement's own condition: PostgreSQL looks at it again once it has waited for
    the row, which it does not do within a subquery.
    """
    leads_somewhere = Share.objects.unended().filter(pk=share.pk)
    taken = Share.objects.filter(Share.LEFT, pk=share.pk, pk__in=leads_somewhere.values("pk"))
    if not taken.update(downloads=F("downloads") + 1):
        return False
    record(Activity.Kind.LINK_DOWNLOADED, [node or share.node], act, detail=share.label)
    return True


def tell_of_ending_links() -> int:
    """Tell owners, once, of links that end within a day. Returns how many links."""
    now = timezone.now()
    ending = Share.objects.open().filter(
        expires_at__lt=now + ENDS_SOON, expires_at__gt=F("created_at") + 2 * ENDS_SOON
    )
    links = ending.select_related("node", "node__owner")
    return sum(_tell_of_end(share) for share in links.iterator())


@transaction.atomic
def _tell_of_end(share: Share) -> int:
    end = share.expires_at
    return _tell_owner("link_expiring", share, when=end.isoformat() if end else "")


def _tell_owner(kind: str, share: Share, **context: str) -> int:
    name = share.label or share.node.name
    return notify(
        kind=kind,
        to=share.node.owner,
        context={"name": name, **context},
        url=reverse("files:share", args=[share.node_id]),
        # Given more time, it is told again.
        key=f"{share.pk}:{context.get('when', '')}",
    )


def shared_node(*, share: Share, pk: UUID) -> Node:
    """Return a living node within what is shared. Raises Node.DoesNotExist for any other."""
    nodes = Node.objects.owned_by(share.node.owner).living().select_related("content")
    node = nodes.get(pk=pk)
    if share.node_id not in {above.pk for above in ancestors(node)}:
        raise Node.DoesNotExist
    return node
