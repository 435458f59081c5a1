"""Which files the demo holds, and putting them into a vault."""

import io
from collections.abc import Callable, Mapping

from accounts.models import User
from devops360.demo import texts
from devops360.demo.pdf import write_pdf
from devops360.demo.photo import draw_photo
from devops360.demo.sound import play_melody
from files.activity import Act
from files.conflicts import Conflict
from files.tree import root_of
from files.uploads.receive import receive_stream

FILES: Mapping[str, Callable[[], bytes]] = {
    "Welcome.md": texts.README.encode,
    "Photos/Evening ridge.jpg": draw_photo,
    "Documents/A short guide.pdf": lambda: write_pdf(
        title="A short guide to the vault", pages=texts.PDF_PAGES
    ),
    "Documents/Temperatures 2026.csv": lambda: texts.temperatures().encode(),
    "Music/Melody in A minor.wav": play_melody,
    "Code/word_count.py": texts.SOURCE.encode,
    "Code/deploy/compose.yaml": texts.COMPOSE.encode,
    "Reisen/Süden/Grüße 🎈.txt": texts.LETTER.encode,
}


def add_demo_files(*, owner: User) -> int:
    """Put the demo's files into the owner's vault, and return how many were new."""
    folder = root_of(owner)
    added = 0
    for path, make in FILES.items():
        content = make()
        node = receive_stream(
            owner=owner,
            folder=folder,
            path=path,
            stream=io.BytesIO(content),
            size=len(content),
            conflict=Conflict.SKIP,
            act=Act(actor=owner),
        )
        added += node is not None
    return added
