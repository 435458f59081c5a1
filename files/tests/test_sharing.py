"""Links: what they open, what they never open, and how they end."""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files import secret_links, sharing
from files.errors import ShareError
from files.models import Activity, Node, Preview, Share
from files.tests.factories import OwnerFactory, make_file, make_folder
from files.trash import trash_nodes
from files.tree import create_folder, root_of
from notifications.models import Notification


@pytest.fixture
def folder(owner: Any) -> Node:
    """Shared/ with a file and a folder in it; Private.txt beside it."""
    shared = make_folder(owner, "Shared")
    make_file(shared, "hello.txt", b"hello")
    make_file(create_folder(parent=shared, name="Inner"), "deep.txt", b"deep")
    make_file(root_of(owner), "Private.txt", b"private")
    return shared


def link_to(node: Node, **wishes: Any) -> tuple[Share, str]:
    share, secret = sharing.create_link(node=node, **wishes)
    return share, reverse("guest:open", args=[secret])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def node_named(name: str) -> Node:
    return Node.objects.get(name=name)


def test_a_guest_sees_what_is_shared_and_downloads_it(folder: Node) -> None:
    share, path = link_to(folder)
    guest = Client()
    page = guest.get(path).content.decode()
    assert "hello.txt" in page
    assert "Inner" in page
    assert body(guest.get(f"{path}{node_named('hello.txt').pk}/download/")) == b"hello"
    inner = guest.get(f"{path}{node_named('Inner').pk}/").content.decode()
    assert "deep.txt" in inner
    packed = zipfile.ZipFile(io.BytesIO(body(guest.get(f"{path}{folder.pk}/download/"))))
    files = {name for name in packed.namelist() if not name.endswith("/")}
    assert files == {"Shared/Inner/deep.txt", "Shared/hello.txt"}
    share.refresh_from_db()
    assert (share.opens, share.downloads) == (1, 2)


@pytest.mark.parametrize("name", ["Private.txt", ""])
def test_what_lies_beside_it_is_not_there(folder: Node, owner: Any, name: str) -> None:
    _share, path = link_to(folder)
    beside = node_named(name) if name else root_of(owner)
    assert Client().get(f"{path}{beside.pk}/").status_code == 404
    assert Client().get(f"{path}{beside.pk}/download/").status_code == 404


def test_what_moves_out_of_it_is_gone(folder: Node, owner: Any) -> None:
    _share, path = link_to(folder)
    hello = node_named("hello.txt")
    Node.objects.filter(pk=hello.pk).update(parent=root_of(owner))
    assert Client().get(f"{path}{hello.pk}/download/").status_code == 404


@pytest.mark.parametrize("end", ["revoked", "expired", "used up", "trashed", "inactive", "wrong"])
def test_links_end_and_all_ends_look_alike(folder: Node, owner: Any, end: str) -> None:
    share, path = link_to(folder, max_downloads=1, expires_at=timezone.now() + timedelta(hours=1))
    hello = node_named("hello.txt")
    if end == "revoked":
        sharing.revoke_link(share=share)
    elif end == "expired":
        Share.objects.update(expires_at=timezone.now())
    elif end == "used up":
        body(Client().get(f"{path}{hello.pk}/download/"))
    elif end == "trashed":
        trash_nodes(owner=owner, nodes=[folder])
    elif end == "inactive":
        owner.is_active = False
        owner.save()
    else:
        path = reverse("guest:open", args=["x" * 32])
    pages = [Client().get(place) for place in (path, f"{path}{hello.pk}/download/")]
    assert [page.status_code for page in pages] == [404, 404]
    never = Client().get(reverse("guest:open", args=["never"]))
    assert re.sub(r"csrf\S+", "", pages[0].content.decode()).count("leads nowhere") == 1
    assert len(pages[0].content) == len(never.content)


def test_a_password_is_asked_for_everywhere(folder: Node) -> None:
    _share, path = link_to(folder, password="three small words")
    guest = Client()
    hello = node_named("hello.txt")
    for place in (path, f"{path}{hello.pk}/", f"{path}{hello.pk}/download/"):
        answer = guest.get(place)
        assert "This link has a password" in answer.content.decode()
        assert "Shared by" not in answer.content.decode()
    assert guest.post(f"{path}unlock/", {"password": "wrong"}).status_code == 403
    assert guest.post(f"{path}unlock/", {"password": "three small words"}).status_code == 302
    assert body(guest.get(f"{path}{hello.pk}/download/")) == b"hello"
    assert "has a password" in Client().get(path).content.decode()


def test_one_unlocked_link_opens_no_other(folder: Node) -> None:
    _first, path = link_to(folder, password="one password")
    _second, other = link_to(node_named("hello.txt"), password="one password")
    guest = Client()
    guest.post(f"{path}unlock/", {"password": "one password"})
    assert "has a password" in guest.get(other).content.decode()


def test_guessing_passwords_waits(folder: Node) -> None:
    _share, path = link_to(folder, password="right")
    guest = Client()
    for _guess in range(secret_links.FREE_GUESSES):
        guest.post(f"{path}unlock/", {"password": "wrong"})
    answer = guest.post(f"{path}unlock/", {"password": "right"})
    assert answer.status_code == 403
    assert "Too many attempts" in answer.content.decode()
    Share.objects.update(wrong_at=timezone.now() - secret_links.FIRST_WAIT)
    assert guest.post(f"{path}unlock/", {"password": "right"}).status_code == 302


def test_the_secret_and_the_password_are_kept_nowhere(folder: Node) -> None:
    share, secret = sharing.create_link(node=folder, password="three small words")
    kept = str(list(Share.objects.values()))
    assert len(secret) == 32
    assert secret not in kept
    assert "three small words" not in kept
    assert share.password.startswith(("md5$", "argon2"))


def test_the_page_leaks_nothing_of_the_owner(folder: Node, owner: Any) -> None:
    _share, path = link_to(folder)
    answer = Client().get(path)
    page = answer.content.decode()
    assert owner.email not in page
    assert "Private.txt" not in page
    assert 'content="noindex' in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_what_guests_download_is_no_page_of_ours(owner: Any) -> None:
    node = make_file(root_of(owner), "evil.html", b"<script>alert(1)</script>")
    _share, path = link_to(node)
    answer = Client().get(f"{path}{node.pk}/download/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert body(answer)


def test_owners_make_see_and_end_links(own: Client, folder: Node) -> None:
    page = reverse("files:share", args=[folder.pk])
    answer = own.post(page, {"label": "printer", "days": "7", "password": "", "max_downloads": ""})
    found = re.search(r"http://localhost:8000(/s/[\w-]{32}/)", answer.content.decode())
    assert found
    assert Client().get(found[1]).status_code == 200
    listed = own.get(page).content.decode()
    assert "printer" in listed
    assert found[1] not in listed
    share = Share.objects.get()
    own.post(reverse("files:revoke_share", args=[share.pk]))
    assert Client().get(found[1]).status_code == 404


def test_strangers_neither_make_see_nor_end_links(
    folder: Node, stranger: Any, browser_of: Any
) -> None:
    share, path = link_to(folder)
    client = browser_of(stranger)
    page = reverse("files:share", args=[folder.pk])
    assert client.get(page).status_code == client.post(page, {"days": "7"}).status_code == 404
    assert client.post(reverse("files:revoke_share", args=[share.pk])).status_code == 404
    assert Client().get(path).status_code == 200


def test_the_whole_vault_is_not_shared(owner: Any, own: Client) -> None:
    with pytest.raises(ShareError):
        sharing.create_link(node=root_of(owner))
    assert own.get(reverse("files:share", args=[root_of(owner).pk])).status_code == 404


@pytest.mark.parametrize("wish", [{"days": "9"}, {"days": "7", "max_downloads": "0"}, {}])
def test_odd_wishes_are_refused(own: Client, folder: Node, wish: dict[str, str]) -> None:
    answer = own.post(reverse("files:share", args=[folder.pk]), wish | {"label": "x"})
    assert answer.status_code == 400
    assert not Share.objects.exists()


def test_a_part_of_a_file_is_not_another_download(folder: Node) -> None:
    share, path = link_to(folder)
    place = f"{path}{node_named('hello.txt').pk}/download/"
    assert body(Client().get(place, headers={"range": "bytes=2-"})) == b"llo"
    Client().head(place)
    share.refresh_from_db()
    assert share.downloads == 0


# -- To look at only, previews, parts, changes ---------------------------------------------------
def ready_picture(node: Node) -> None:
    assert node.content is not None
    for variant in ("view", "thumbnail"):
        Preview.objects.update_or_create(
            blob=node.content,
            variant=variant,
            defaults={
                "state": Preview.State.READY,
                "media_type": "image/webp",
                "key": node.content.key,
                "details": {"width": 1, "height": 1},
            },
        )


@pytest.fixture
def picture(folder: Node) -> Node:
    node = make_file(folder, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    ready_picture(node)
    return node


def test_view_only_shows_previews_and_no_bytes(picture: Node, folder: Node) -> None:
    share, path = link_to(folder, view_only=True, max_downloads=3)
    guest = Client()
    page = guest.get(f"{path}{picture.pk}/").content.decode()
    source = re.search(r'src="(/s/[^"]+/preview/view/[^"]*)"', page)
    assert source
    shown = guest.get(source[1])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert body(shown)
    assert "sandbox" in shown["Content-Security-Policy"]
    for text in (page, guest.get(path).content.decode()):
        assert "/download/" not in text
        assert "to look at only" in text
    refused = guest.get(f"{path}{picture.pk}/download/")
    assert refused.status_code == 403
    assert "lets you look" in refused.content.decode()
    assert guest.get(f"{path}{folder.pk}/download/").status_code == 403
    # A picture's own bytes are nothing that its page plays.
    assert guest.get(f"{path}{picture.pk}/content/").status_code == 404
    share.refresh_from_db()
    assert share.downloads == 0


def test_guests_see_text_and_folders_with_pictures(picture: Node, folder: Node) -> None:
    _share, path = link_to(folder)
    guest = Client()
    assert f"{path}{picture.pk}/preview/thumbnail/" in guest.get(path).content.decode()
    page = guest.get(f"{path}{node_named('hello.txt').pk}/").content.decode()
    assert "Preparing the preview" in page
    assert "files:" not in page
    assert reverse("files:home") not in page


def test_sound_is_played_unless_downloads_are_counted(folder: Node) -> None:
    sound = make_file(folder, "beep.wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40))
    _share, path = link_to(folder)
    _limited, other = link_to(folder, max_downloads=1)
    guest = Client()
    assert "<audio" in guest.get(f"{path}{sound.pk}/").content.decode()
    played = guest.get(f"{path}{sound.pk}/content/")
    assert body(played)
    assert played["Content-Disposition"].startswith("inline")
    page = guest.get(f"{other}{sound.pk}/").content.decode()
    assert "<audio" not in page
    assert "counts its downloads" in page
    assert guest.get(f"{other}{sound.pk}/content/").status_code == 404


@pytest.mark.parametrize("variant", ["page-9", "nothing", "..", "thumbnail"])
def test_pictures_that_are_not_there(folder: Node, variant: str) -> None:
    _share, path = link_to(folder)
    hello = node_named("hello.txt")
    assert Client().get(f"{path}{hello.pk}/preview/{variant}/").status_code == 404


def test_every_part_is_paid_for_where_downloads_are_counted(folder: Node) -> None:
    share, path = link_to(folder, max_downloads=1)
    place = f"{path}{node_named('hello.txt').pk}/download/"
    rest = {"range": "bytes=1-"}
    guest = Client()
    # All but the first byte, by who has not begun, is the one download.
    assert body(guest.get(place, headers=rest)) == b"ello"
    share.refresh_from_db()
    assert share.downloads == 1
    # Who has it goes on after a broken connection; nobody else does.
    assert body(guest.get(place, headers=rest)) == b"ello"
    assert Client().get(place, headers=rest).status_code == 404
    assert Client().head(place).status_code == 404
    assert guest.get(place).status_code == 404


def test_a_zip_is_no_part_of_another(folder: Node) -> None:
    share, path = link_to(folder, max_downloads=1)
    place = f"{path}{folder.pk}/download/"
    guest = Client()
    assert body(guest.get(place))
    # A zip is sent whole, whatever part is asked for: it would be another one that nobody counts.
    for asked in ({"range": "bytes=1-"}, {"range": "bytes=-99999"}, {}):
        assert guest.get(place, headers=asked).status_code == 404
    inner = f"{path}{node_named('Inner').pk}/download/"
    assert guest.get(inner, headers={"range": "bytes=1-"}).status_code == 404
    share.refresh_from_db()
    assert share.downloads == 1


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-12:00", "9999-12-31T23:30:00+00:00"])
def test_an_end_that_no_calendar_has_everywhere_is_refused(folder: Node, end: str) -> None:
    with pytest.raises(ShareError, match="before the year 9000"):
        link_to(folder, expires_at=datetime.fromisoformat(end))


def test_links_are_changed_and_keep_their_address(own: Client, folder: Node) -> None:
    share, path = link_to(folder, label="old", password="first")
    guest = Client()
    guest.post(f"{path}unlock/", {"password": "first"})
    assert "hello.txt" in guest.get(path).content.decode()
    page = reverse("files:change_share", args=[share.pk])
    assert 'value="old"' in own.get(page).content.decode()
    kept = {"label": "new", "expires_at_0": "", "expires_at_1": "", "max_downloads": ""}
    own.post(page, {**kept, "password": ""})
    assert "hello.txt" in guest.get(path).content.decode()
    own.post(page, {**kept, "password": "second", "view_only": "on"})
    assert "has a password" in guest.get(path).content.decode()
    own.post(page, {**kept, "password": "", "no_password": "on"})
    assert "hello.txt" in Client().get(path).content.decode()
    past = {"expires_at_0": "2020-01-01", "expires_at_1": "10:00"}
    assert own.post(page, {**kept, **past, "password": ""}).status_code == 400


def test_saving_an_ending_link_unchanged_does_not_move_its_end(own: Client, folder: Node) -> None:
    end = timezone.now() + timedelta(days=2)
    share, _path = link_to(folder, expires_at=end)
    page = reverse("files:change_share", args=[share.pk])
    shown = own.get(page).content.decode()
    day, time = (
        (re.search(rf'name="expires_at_{part}" value="([^"]+)"', shown) or [""] * 2)[1]
        for part in (0, 1)
    )
    own.post(page, {"label": "", "expires_at_0": day, "expires_at_1": time, "password": ""})
    share.refresh_from_db()
    assert share.expires_at == end


# -- Telling the owner ---------------------------------------------------------------------------
def test_the_owner_is_told_of_the_first_opening(folder: Node, owner: Any) -> None:
    _share, path = link_to(folder, label="printer")
    for _guest in range(2):
        Client().get(path)
    told = Notification.objects.get(recipient=owner)
    assert (told.kind, told.context["name"]) == ("link_first_opened", "printer")


def test_the_owner_is_told_once_that_a_link_ends(folder: Node, owner: Any) -> None:
    share, _path = link_to(folder, expires_at=timezone.now() + timedelta(days=30))
    link_to(folder, expires_at=timezone.now() + timedelta(hours=20))
    assert sharing.tell_of_ending_links() == 0
    soon = timezone.now() + timedelta(hours=5)
    before = timezone.now() - timedelta(days=29)
    Share.objects.filter(pk=share.pk).update(expires_at=soon, created_at=before)
    assert sharing.tell_of_ending_links() == 1
    assert sharing.tell_of_ending_links() == 0
    assert Notification.objects.get(recipient=owner).kind == "link_expiring"


# -- Many at once --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_many_for_the_last_download_one_gets_it() -> None:
    share, _secret = sharing.create_link(
        node=make_file(root_of(OwnerFactory()), "a.txt"), max_downloads=1
    )

    def take(_number: int) -> bool:
        try:
            return sharing.count_download(share=share)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    share.refresh_from_db()
    assert share.downloads == 1
    assert Activity.objects.filter(kind="link_downloaded").count() == 1
