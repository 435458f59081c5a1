"""Who did what in a vault: written with the change itself, read by file and by vault."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import product
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from files.models import Activity, FileRequest, Node, Share
from files.people import name_of

PAGE = 50
DETAIL_LENGTH = 255
BATCH = 5000


@dataclass(frozen=True)
class Act:
    """Who does something, and from where. Domain functions take it, and never a request."""

    actor: AbstractBaseUser | None = None
    # What a guest called themselves.
    guest: str = ""
    # The link or the request that let the guest in.
    share: Share | None = None
    request: FileRequest | None = None
    ip: str | None = None
    user_agent: str = ""

    @property
    def actor_id(self) -> UUID | None:
        return None if self.actor is None else self.actor.pk

    def maker_for(self, owner_id: UUID) -> UUID | None:
        """Return the id of who made a version, where that is not the owner."""
        return self.actor_id if self.actor_id != owner_id else None


# Who may reach what is changed by these, or somebody from outside has reached it.
OPENING = {
    Activity.Kind.LINK_MADE,
    Activity.Kind.LINK_CHANGED,
    Activity.Kind.LINK_ENDED,
    Activity.Kind.LINK_DOWNLOADED,
    Activity.Kind.SHARED,
    Activity.Kind.ROLE_CHANGED,
    Activity.Kind.UNSHARED,
    Activity.Kind.LEFT,
    Activity.Kind.REQUEST_MADE,
    Activity.Kind.REQUEST_CHANGED,
    Activity.Kind.REQUEST_CLOSED,
    Activity.Kind.REQUEST_REOPENED,
    Activity.Kind.REQUEST_ENDED,
}
# The site itself: jobs and commands.
SITE = Act()


type Listener = Callable[[Activity.Kind, Node, Act], None]
_listeners: dict[str, Listener] = {}


def register_listener(name: str, listener: Listener) -> None:
    """Have what opens a vault to others told to `listener`, in the same transaction."""
    _listeners[name] = listener


def record(kind: Activity.Kind, nodes: Iterable[Node], act: Act, *, detail: str = "") -> None:
    """Write down what was done with each node. Call it in the transaction that does it."""
    nodes = list(nodes)
    if kind in OPENING:
        for listener, node in product(_listeners.values(), nodes):
            listener(kind, node, act)
    Activity.objects.bulk_create(
        [
            Activity(
                owner_id=node.owner_id,
                node=node,
                name=node.name,
                kind=kind,
                actor_id=act.actor_id,
                guest=act.guest,
                share=act.share,
                request=act.request,
                detail=detail[:DETAIL_LENGTH],
                ip=act.ip,
                user_agent=act.user_agent,
            )
            for node in nodes
        ],
        batch_size=BATCH,
    )


# What is said before the thing's name, and after it where there is more to say.
WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    Activity.Kind.UPLOADED: (pgettext_lazy("activity", "uploaded"), ""),
    Activity.Kind.REPLACED: (pgettext_lazy("activity", "uploaded a new version of"), ""),
    Activity.Kind.RECEIVED: (pgettext_lazy("activity", "sent"), ""),
    Activity.Kind.FOLDER_MADE: (pgettext_lazy("activity", "made the folder"), ""),
    Activity.Kind.RENAMED: (
        pgettext_lazy("activity", "gave a new name to"),
        pgettext_lazy("activity", "which was “{}”"),
    ),
    Activity.Kind.MOVED: (pgettext_lazy("activity", "moved"), pgettext_lazy("activity", "to “{}”")),
    Activity.Kind.COPIED: (
        pgettext_lazy("activity", "made a copy,"),
        pgettext_lazy("activity", "in “{}”"),
    ),
    Activity.Kind.DELETED: (pgettext_lazy("activity", "deleted"), ""),
    Activity.Kind.RESTORED: (pgettext_lazy("activity", "restored"), ""),
    Activity.Kind.PURGED: (pgettext_lazy("activity", "deleted for good"), ""),
    Activity.Kind.LINK_MADE: (
        pgettext_lazy("activity", "made a link to"),
        pgettext_lazy("activity", "for “{}”"),
    ),
    Activity.Kind.LINK_CHANGED: (
        pgettext_lazy("activity", "changed a link to"),
        pgettext_lazy("activity", "for “{}”"),
    ),
    Activity.Kind.LINK_ENDED: (
        pgettext_lazy("activity", "ended a link to"),
        pgettext_lazy("activity", "for “{}”"),
    ),
    Activity.Kind.LINK_OPENED: (
        pgettext_lazy("activity", "opened a link to"),
        pgettext_lazy("activity", "for “{}”"),
    ),
    Activity.Kind.LINK_DOWNLOADED: (
        pgettext_lazy("activity", "downloaded"),
        pgettext_lazy("activity", "by a link for “{}”"),
    ),
    Activity.Kind.SHARED: (
        pgettext_lazy("activity", "shared"),
        pgettext_lazy("activity", "with {}"),
    ),
    Activity.Kind.ROLE_CHANGED: (pgettext_lazy("activity", "changed who may edit"), "{}"),
    Activity.Kind.UNSHARED: (
        pgettext_lazy("activity", "stopped sharing"),
        pgettext_lazy("activity", "with {}"),
    ),
    Activity.Kind.LEFT: (pgettext_lazy("activity", "left"), ""),
    Activity.Kind.REQUEST_MADE: (
        pgettext_lazy("activity", "asked for files into"),
        pgettext_lazy("activity", "as “{}”"),
    ),
    Activity.Kind.REQUEST_CHANGED: (
        pgettext_lazy("activity", "changed a request for files into"),
        pgettext_lazy("activity", "as “{}”"),
    ),
    Activity.Kind.REQUEST_CLOSED: (
        pgettext_lazy("activity", "closed a request for files into"),
        pgettext_lazy("activity", "as “{}”"),
    ),
    Activity.Kind.REQUEST_REOPENED: (
        pgettext_lazy("activity", "opened a request for files again, into"),
        pgettext_lazy("activity", "as “{}”"),
    ),
    Activity.Kind.REQUEST_ENDED: (
        pgettext_lazy("activity", "ended a request for files into"),
        pgettext_lazy("activity", "as “{}”"),
    ),
}


# In which order, and under which headings, kinds are offered to choose from.
GROUPS: list[tuple[str | Promise, list[Activity.Kind]]] = [
    (
        _("Files and folders"),
        [
            *(Activity.Kind.UPLOADED, Activity.Kind.REPLACED, Activity.Kind.FOLDER_MADE),
            *(Activity.Kind.RENAMED, Activity.Kind.MOVED, Activity.Kind.COPIED),
            *(Activity.Kind.DELETED, Activity.Kind.RESTORED, Activity.Kind.PURGED),
        ],
    ),
    (
        _("Links"),
        [
            *(Activity.Kind.LINK_MADE, Activity.Kind.LINK_CHANGED, Activity.Kind.LINK_OPENED),
            *(Activity.Kind.LINK_DOWNLOADED, Activity.Kind.LINK_ENDED),
        ],
    ),
    (
        _("People"),
        [
            *(Activity.Kind.SHARED, Activity.Kind.ROLE_CHANGED),
            *(Activity.Kind.UNSHARED, Activity.Kind.LEFT),
        ],
    ),
    (
        _("File requests"),
        [
            *(Activity.Kind.RECEIVED, Activity.Kind.REQUEST_MADE, Activity.Kind.REQUEST_CHANGED),
            *(Activity.Kind.REQUEST_CLOSED, Activity.Kind.REQUEST_REOPENED),
            Activity.Kind.REQUEST_ENDED,
        ],
    ),
]


class By(StrEnum):
    """What somebody is who did something."""

    PERSON = "person"
    GUEST = "guest"
    SITE = "site"


@dataclass(frozen=True)
class Line:
    """An activity in words: `who` `verb` the thing's name `tail`."""

    row: Activity
    by: By
    who: str
    verb: str
    tail: str

    @property
    def text(self) -> str:
        return " ".join(word for word in (self.who, self.verb, self.row.name, self.tail) if word)

    @property
    def came_from(self) -> str | None:
        """The address that a guest came from, which is for the vault's owner alone."""
        return self.row.ip if self.row.actor_id is None else None


def _line(row: Activity) -> Line:
    verb, tail = WORDS[row.kind]
    if row.actor is not None:
        by, who = By.PERSON, name_of(row.actor)
    elif row.share_id or row.request_id or row.guest:
        by, who = By.GUEST, row.guest or gettext("A guest")
    else:
        by, who = By.SITE, gettext("The site")
    return Line(row, by, who, str(verb), str(tail).format(row.detail) if row.detail else "")


@dataclass(frozen=True)
class ActivityPage:
    entries: list[Line]
    # The id after which the next page starts; 0 on the last page.
    next_after: int


def vault_activity(
    *, owner: AbstractBaseUser, kind: str = "", after: int = 0, limit: int = PAGE
) -> ActivityPage:
    """Return what was done in the whole vault, the latest first; two queries."""
    found = Activity.objects.filter(owner=owner.pk)
    if kind in Activity.Kind.values:
        found = found.filter(kind=kind)
    return _page(found, after, limit)


def node_activity(*, node: Node, after: int = 0, limit: int = PAGE) -> ActivityPage:
    """Return what was done with one file or folder, the latest first; one query."""
    return _page(Activity.objects.filter(node=node), after, limit)


def _page(found: QuerySet[Activity], after: int, limit: int) -> ActivityPage:
    if after:
        found = found.filter(pk__lt=after)
    related = found.select_related("actor", "node", "share", "request")
    entries = list(related.order_by("-pk")[: limit + 1])
    more, entries = len(entries) > limit, entries[:limit]
    return ActivityPage([_line(row) for row in entries], entries[-1].pk if more else 0)


def forget_old_activity() -> int:
    """Delete what is older than FILES_ACTIVITY_DAYS, in batches. Returns how many rows."""
    limit = timezone.now() - timedelta(days=settings.FILES_ACTIVITY_DAYS)
    old = Activity.objects.filter(at__lt=limit)
    forgotten = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += Activity.objects.filter(pk__in=ids).delete()[0]
    return forgotten
