"""All of a person's data as one ZIP archive, made while it is read.

Other apps add theirs: register_exporter("files", export_files).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from zipstream import ZIP_DEFLATED, ZIP_STORED, ZipStream

from accounts.models import User
from accounts.stores import open_file, store_of

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One file of the archive.

    `path` is relative, with "/" between its parts; `chunks` is read when its turn comes, and
    not before. Set `compressed` for what shrinks no further, such as pictures.
    """

    path: str
    chunks: Iterable[bytes]
    compressed: bool = False


type Exporter = Callable[[User], Iterable[ExportItem]]

_exporters: dict[str, Exporter] = {}


def register_exporter(name: str, exporter: Exporter) -> None:
    """Put what `exporter` yields for a person into the archive's folder `name`."""
    _exporters[name] = exporter


def stream_export(*, user: User) -> Iterator[bytes]:
    """Yield the archive in pieces; memory stays the same, however much there is."""
    archive = ZipStream(compress_type=ZIP_DEFLATED, sized=False)
    taken: set[str] = set()
    for name, exporter in _exporters.items():
        for item in exporter(user):
            path = _free_path(f"{name}/{item.path}", taken)
            method = ZIP_STORED if item.compressed else ZIP_DEFLATED
            archive.add(item.chunks, path, compress_type=method)
            yield from archive.all_files()
    yield from archive.finalize()


def _free_path(path: str, taken: set[str]) -> str:
    """Return a path that leaves no folder and is in the archive but once, whatever its case."""
    parts = [part for part in PurePosixPath(path).parts if part not in {"/", "..", "."}]
    clean = PurePosixPath(*parts)
    number, candidate = 1, clean
    while str(candidate).casefold() in taken:
        number += 1
        candidate = clean.with_name(f"{clean.stem} ({number}){clean.suffix}")
    taken.add(str(candidate).casefold())
    return str(candidate)


def export_account(user: User) -> Iterator[ExportItem]:
    """Yield what this app knows of a person."""
    yield _as_json("profile.json", _profile(user))
    yield _as_json(
        "email-addresses.json",
        EmailAddress.objects.filter(user=user).values("email", "verified", "primary"),
    )
    yield _as_json(
        "sessions.json",
        UserSession.objects.filter(user=user)
        .order_by("created_at")
        .values("created_at", "last_seen_at", "ip", "user_agent"),
    )
    picture = f"{user.avatar}/512.webp"
    # One that has been lost must not keep all the rest from its owner.
    if user.avatar and store_of(picture) is not None:
        yield ExportItem("avatar.webp", _stored(picture), compressed=True)


def _profile(user: User) -> dict[str, Any]:
    names = (
        *("id", "username", "email", "display_name", "bio", "phone", "time_zone", "language"),
        *("date_joined", "last_login", "delete_after"),
    )
    return {name: getattr(user, name) for name in names}


def _as_json(path: str, data: object) -> ExportItem:
    rows = data if isinstance(data, dict) else list(data)  # type: ignore[call-overload]
    text = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return ExportItem(path, [text.encode()])


def _stored(name: str) -> Iterator[bytes]:
    with open_file(name) as file:
        yield from file.chunks(CHUNK)


register_exporter("account", export_account)
