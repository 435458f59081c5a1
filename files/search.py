"""Search by name across a vault."""

from django.contrib.auth.base_user import AbstractBaseUser

from files.listing import Cursor, Order, Page, cut
from files.models import Node
from files.names import name_key

PAGE = 50
MAX_WORDS = 8


def search_page(*, owner: AbstractBaseUser, query: str, after: Cursor | None) -> Page:
    """Return living nodes whose name holds every word of the query, in the order of names.

    A query without a word finds nothing. One query; the owner's names are read from one index.
    """
    # No name holds a NUL, and PostgreSQL takes none.
    words = name_key(query.replace("\0", "")).split()[:MAX_WORDS]
    if not words:
        return Page([], "")
    nodes = Node.objects.owned_by(owner).living().below_root()
    for word in words:
        nodes = nodes.filter(name_key__contains=word)
    if after is not None:
        nodes = nodes.filter(sort_key__gte=after.value).exclude(
            sort_key=after.value, id__lte=after.id
        )
    found = list(nodes.select_related("parent").order_by("sort_key", "id")[: PAGE + 1])
    return cut(found, Order(), PAGE)
