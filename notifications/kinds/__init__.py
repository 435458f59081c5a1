"""Everything that people are told: the one registry. A new kind: docs/architecture.md."""

from notifications.kinds.account import ACCOUNT_KINDS
from notifications.kinds.base import Kind
from notifications.kinds.files import FILE_KINDS
from notifications.kinds.receivers import RECEIVER_KINDS
from notifications.kinds.site import SITE_KINDS

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*ACCOUNT_KINDS, *FILE_KINDS, *SITE_KINDS, *RECEIVER_KINDS)
}
