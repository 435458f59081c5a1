"""File requests: anyone who is asked can send, sees nothing, and stays within the limits."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.forms import SplitDateTimeWidget
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from files import requests
from files.activity import Act
from files.errors import FilesError, ShareError
from files.models import Activity, Blob, FileRequest, Node, Upload, Vault
from files.quota import usage_of
from files.tests.factories import OwnerFactory, make_file, make_folder, read_file
from files.trash import trash_nodes
from files.uploads.abort import expire_uploads
from files.uploads.background import finish_upload
from files.uploads.parts import receive_part, sign_parts
from notifications.models import Notification

type Work = Callable[[], Any]


@pytest.fixture
def folder(owner: Any) -> Node:
    place = make_folder(owner, "Private", "Inbox")
    make_file(place, "kept.txt", b"kept")
    return place


def ask(node: Node, **wishes: Any) -> tuple[FileRequest, str]:
    request, secret = requests.create_request(node=node, label="Invoices", **wishes)
    return request, reverse("sender:open", args=[secret])


def put(
    client: Client, path: str, name: str = "bill.pdf", body: bytes = b"12345", by: str = "Anna"
) -> Any:
    return client.generic("PUT", f"{path}file/?name={name}&sender={by}", body)


def names_in(folder: Node) -> set[str]:
    return set(Node.objects.living().filter(parent=folder).values_list("name", flat=True))


def test_a_plain_form_sends_files(folder: Node, owner: Any) -> None:
    request, path = ask(folder, message="By Friday, please.")
    guest = Client()
    page = guest.get(path).content.decode()
    assert "Invoices" in page
    assert "By Friday, please." in page
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"three")]
    answer = guest.post(f"{path}send/", {"name": "Anna", "file": files}, follow=True)
    assert "2 files arrived" in answer.content.decode()
    assert names_in(folder) == {"kept.txt", "a.txt", "b.txt"}
    node = Node.objects.get(name="b.txt")
    assert (node.owner, read_file(node)) == (owner, b"three")
    request.refresh_from_db()
    assert (request.files, request.bytes, request.opens) == (2, 8, 2)


def test_a_script_sends_one_file_per_request(folder: Node) -> None:
    _request, path = ask(folder)
    assert put(Client(), path).status_code == 201
    row = Activity.objects.get(kind="received")
    assert (row.guest, row.name, row.ip, row.actor) == ("Anna", "bill.pdf", "127.0.0.1", None)


def test_nothing_is_replaced(folder: Node) -> None:
    _request, path = ask(folder)
    for _time in range(2):
        assert put(Client(), path, "kept.txt", b"other").status_code == 201
    assert names_in(folder) == {"kept.txt", "kept (2).txt", "kept (3).txt"}
    assert read_file(Node.objects.get(name="kept.txt")) == b"kept"


@pytest.mark.parametrize(
    ("sent", "kept"), [("../../up.txt", 400), ("a/b/c.txt", "c.txt"), (r"C:\x\y.txt", "y.txt")]
)
def test_files_land_in_the_folder_and_nowhere_else(
    folder: Node, sent: str, kept: str | int
) -> None:
    _request, path = ask(folder)
    answer = put(Client(), path, sent)
    if isinstance(kept, int):
        assert answer.status_code == kept
        assert names_in(folder) == {"kept.txt"}
    else:
        assert names_in(folder) == {"kept.txt", kept}
    assert Node.objects.folders().count() == 3


def test_the_sender_sees_nothing(folder: Node, owner: Any) -> None:
    _request, path = ask(folder)
    guest = Client()
    put(guest, path)
    page = guest.get(path)
    for hidden in ("kept.txt", "Inbox", "Private", owner.email, str(folder.pk)):
        assert hidden not in page.content.decode()
    node = Node.objects.get(name="bill.pdf")
    secret = path.split("/")[2]
    for way in (
        f"{path}{node.pk}/download/",
        f"/s/{secret}/",
        f"/s/{secret}/{node.pk}/download/",
        reverse("files:download", args=[node.pk]),
    ):
        assert guest.get(way).status_code in {302, 404}
    assert page["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("end", ["ended", "expired", "full", "trashed", "inactive", "off", "wrong"])
def test_requests_end_and_all_ends_look_alike(
    folder: Node, owner: Any, settings: Any, end: str
) -> None:
    request, path = ask(folder, max_files=1, expires_at=timezone.now() + timedelta(hours=1))
    if end == "ended":
        requests.end_request(request=request)
    elif end == "expired":
        FileRequest.objects.update(expires_at=timezone.now())
    elif end == "full":
        put(Client(), path)
    elif end == "trashed":
        trash_nodes(owner=owner, nodes=[folder])
    elif end == "inactive":
        owner.is_active = False
        owner.save()
    elif end == "off":
        settings.FILES_REQUESTS = False
    else:
        path = reverse("sender:open", args=["x" * 32])
    before = Blob.objects.count()
    guest = Client()
    answers = [
        guest.get(path),
        put(guest, path),
        guest.post(f"{path}send/", {"name": "A", "file": SimpleUploadedFile("a", b"a")}),
        guest.get(reverse("guest:open", args=["never"])),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({len(answer.content) for answer in answers}) == 1
    assert Blob.objects.count() == before


def test_who_sent_the_last_one_is_told_that_all_is_there(folder: Node) -> None:
    _request, path = ask(folder, max_files=1)
    guest = Client()
    put(guest, path)
    assert "Everything that was asked for has come" in guest.get(path).content.decode()
    refused = put(guest, path, "more.txt")
    assert (refused.status_code, names_in(folder)) == (400, {"kept.txt", "bill.pdf"})


@pytest.mark.parametrize(
    ("limits", "status"),
    [({"max_file_bytes": 4}, 413), ({"max_bytes": 4}, 400), ({"max_bytes": 5}, 201)],
)
def test_limits_are_kept_before_a_byte_is(
    folder: Node, limits: dict[str, int], status: int
) -> None:
    _request, path = ask(folder, **limits)
    before = Blob.objects.count()
    answer = put(Client(), path)
    assert answer.status_code == status
    assert Blob.objects.count() - before == (status == 201)


def test_the_owners_quota_holds_and_is_not_told(folder: Node, owner: Any) -> None:
    Vault.objects.update_or_create(owner=owner, defaults={"quota": 6})
    _request, path = ask(folder)
    answer = put(Client(), path)
    assert answer.status_code == 400
    assert answer.json() == {"error": "There is no room for it. Tell whoever asked you."}
    assert names_in(folder) == {"kept.txt"}


def test_a_name_is_asked_for_and_cleaned(folder: Node) -> None:
    _request, path = ask(folder)
    assert put(Client(), path, by="").status_code == 400
    put(Client(), path, by="An%E2%80%AEna%0A" + "x" * 200)
    assert Activity.objects.get(kind="received").guest == ("Anna" + "x" * 200)[:80]


def test_the_password_is_asked_for_and_guessing_waits(folder: Node) -> None:
    _request, path = ask(folder, password="three small words")
    guest = Client()
    assert "This link has a password" in guest.get(path).content.decode()
    assert "has a password" in put(guest, path).content.decode()
    assert names_in(folder) == {"kept.txt"}
    for _guess in range(6):
        assert guest.post(f"{path}unlock/", {"password": "wrong"}).status_code == 403
    assert guest.post(f"{path}unlock/", {"password": "three small words"}).status_code == 403
    FileRequest.objects.update(wrong_at=timezone.now() - timedelta(hours=1))
    assert guest.post(f"{path}unlock/", {"password": "three small words"}).status_code == 302
    assert put(guest, path).status_code == 201


def test_no_form_is_taken_without_its_token(folder: Node) -> None:
    _request, path = ask(folder)
    strict = Client(enforce_csrf_checks=True)
    assert put(strict, path).status_code == 403
    assert strict.post(f"{path}send/", {"name": "A"}).status_code == 403


def test_what_cannot_be_asked_for(folder: Node, settings: Any) -> None:
    with pytest.raises(ShareError, match="Choose a folder"):
        requests.create_request(node=Node.objects.get(name="kept.txt"))
    settings.FILES_REQUESTS = False
    with pytest.raises(ShareError, match="turned off"):
        requests.create_request(node=folder)


def test_owners_ask_see_and_end(own: Client, folder: Node) -> None:
    made = own.post(
        reverse("files:ask_for_files", args=[folder.pk]),
        {"label": "Bills", "days": "7", "max_file_mb": "2", "max_mb": "", "max_files": "3"},
    )
    assert made.status_code == 200
    request = FileRequest.objects.get()
    assert (request.max_file_bytes, request.max_bytes, request.max_files) == (2_000_000, None, 3)
    assert "data:image/svg+xml" in made.content.decode()
    for page in (
        own.get(reverse("files:share", args=[folder.pk])),
        own.get(reverse("files:shares"), {"kind": "requests"}),
    ):
        assert "Bills" in page.content.decode()
    own.post(reverse("files:end_request", args=[request.pk]))
    assert not FileRequest.objects.open().exists()


# -- Changing ------------------------------------------------------------------------------------
def form_of(own: Client, request: FileRequest) -> dict[str, Any]:
    """Return what the page of the request would send, were nothing changed."""
    page = own.get(reverse("files:change_request", args=[request.pk]))
    fields: dict[str, Any] = {}
    for bound in page.context["form"]:
        widget, value = bound.field.widget, bound.value()
        if isinstance(widget, SplitDateTimeWidget):
            day, time = widget.decompress(value)
            fields["expires_at_0"] = day.isoformat() if day else ""
            fields["expires_at_1"] = time.strftime("%H:%M") if time else ""
        elif bound.name != "no_password":
            fields[bound.name] = "" if value is None else value
    return fields


def test_owners_change_a_request_and_its_link_stays(own: Client, folder: Node) -> None:
    request, path = ask(folder, max_files=1, password="first")
    guest = Client()
    guest.post(f"{path}unlock/", {"password": "first"})
    put(guest, path)
    wish = form_of(own, request) | {
        "label": "Bills",
        "message": "All of them.",
        "max_files": "2",
        "max_file_mb": "1",
        "max_mb": "3",
        "expires_at_0": "2100-01-01",
        "expires_at_1": "10:00",
    }
    page = reverse("files:change_request", args=[request.pk])
    assert "1 file with 5" in own.get(page).content.decode()
    assert own.post(page, wish).status_code == 302
    request.refresh_from_db()
    assert (request.label, request.max_files, request.files) == ("Bills", 2, 1)
    assert (request.max_file_bytes, request.max_bytes) == (1_000_000, 3_000_000)
    assert request.expires_at is not None
    shown = guest.get(path).content.decode()
    assert "Bills" in shown
    assert "All of them." in shown
    assert put(guest, path, "more.txt").status_code == 201
    # Another password is asked for at once; without one it is open to all.
    own.post(page, wish | {"password": "second", "max_files": "9"})
    assert "has a password" in guest.get(path).content.decode()
    own.post(page, wish | {"no_password": "on", "max_files": ""})
    assert "Bills" in Client().get(path).content.decode()
    assert Activity.objects.filter(node=folder, kind="request_changed").count() == 3


def test_saving_unchanged_changes_nothing(own: Client, folder: Node) -> None:
    end = timezone.now() + timedelta(days=2)
    request, _path = ask(folder, expires_at=end, max_file_bytes=1_400_000, max_bytes=10)
    answer = own.post(reverse("files:change_request", args=[request.pk]), form_of(own, request))
    assert answer.status_code == 302
    request.refresh_from_db()
    assert (request.expires_at, request.max_file_bytes, request.max_bytes) == (end, 1_400_000, 10)


@pytest.mark.parametrize(
    "wrong",
    [{"label": ""}, {"max_files": "0"}, {"expires_at_0": "2020-01-01", "expires_at_1": "10:00"}],
)
def test_terms_that_cannot_be_are_said_beside_the_form(
    own: Client, folder: Node, wrong: dict[str, str]
) -> None:
    request, _path = ask(folder)
    page = reverse("files:change_request", args=[request.pk])
    assert own.post(page, form_of(own, request) | wrong).status_code == 400
    request.refresh_from_db()
    assert (request.label, request.max_files, request.expires_at) == ("Invoices", None, None)


def test_closed_it_looks_ended_and_opens_again_by_the_same_link(own: Client, folder: Node) -> None:
    request, path = ask(folder)
    guest = Client()
    way = f"{path}uploads/{begin(guest, path).json()['id']}/"
    send_part(guest, way)
    for _twice in range(2):
        own.post(reverse("files:close_request", args=[request.pk]))
    never = Client().get(reverse("guest:open", args=["never"]))
    assert len(Client().get(path).content) == len(never.content)
    assert [put(guest, path).status_code, guest.get(way).status_code] == [404, 404]
    # Who has come in before it was closed is refused as well.
    with pytest.raises(ShareError, match="ended"):
        requests.receive_for_request(
            request=request,
            name="late.txt",
            stream=SimpleUploadedFile("x", b"12345"),
            size=5,
            act=Act(request=request, guest="Anna"),
        )
    share = own.get(reverse("files:share", args=[folder.pk])).content.decode()
    assert "Closed" in share
    assert "Open again" in share
    for _twice in range(2):
        own.post(reverse("files:reopen_request", args=[request.pk]))
    # What was half-way goes on.
    assert ask_json(guest, f"{way}complete/", {}).status_code == 201
    assert names_in(folder) == {"kept.txt", "big.bin"}
    kinds = Activity.objects.filter(node=folder).order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["request_closed", "request_reopened"]


def test_what_has_ended_is_neither_changed_nor_opened(own: Client, folder: Node) -> None:
    request, path = ask(folder)
    requests.close_request(request=request)
    requests.end_request(request=request)
    requests.reopen_request(request=request)
    assert Client().get(path).status_code == 404
    for name in ("change_request", "close_request", "reopen_request"):
        assert own.post(reverse(f"files:{name}", args=[request.pk]), {}).status_code == 404


def test_requests_are_listed_at_one_price(
    own: Client, folder: Node, django_assert_num_queries: Any
) -> None:
    address = reverse("files:share", args=[folder.pk])
    ask(folder)
    own.get(address)
    with CaptureQueriesContext(connection) as one:
        own.get(address)
    for _more in range(5):
        requests.close_request(request=ask(folder)[0])
    with django_assert_num_queries(len(one)):
        assert own.get(address).content.decode().count(">Open again<") == 5


# -- In parts ------------------------------------------------------------------------------------
JSON = {"Accept": "application/json"}


def ask_json(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data, content_type="application/json", headers=JSON)


def begin(client: Client, path: str, size: int = 5, key: str = "one") -> Any:
    wish = {"path": "big.bin", "size": size, "key": key, "sender": "Anna"}
    return ask_json(client, f"{path}uploads/", wish)


def send_part(client: Client, way: str, body: bytes = b"12345") -> Any:
    signed = ask_json(client, f"{way}sign/", {"parts": [{"number": 1}]})
    assert signed.status_code == 200
    address = signed.json()["urls"][0]["url"].partition("localhost:8000")[2]
    return client.put(address or signed.json()["urls"][0]["url"], body)


def test_a_large_file_comes_in_parts(folder: Node, own: Client) -> None:
    request, path = ask(folder)
    guest = Client()
    begun = begin(guest, path)
    assert begun.status_code == 201
    assert begin(guest, path).json()["id"] == begun.json()["id"]
    way = f"{path}uploads/{begun.json()['id']}/"
    # On its way it is nobody's but the sender's: not one of the owner's own uploads either.
    assert own.get(reverse("files:uploads")).json() == {"uploads": []}
    assert send_part(guest, way).status_code == 200
    assert [part["number"] for part in guest.get(way).json()["arrived"]] == [1]
    done = ask_json(guest, f"{way}complete/", {})
    assert (done.status_code, done.json()) == (201, {"sent": True})
    node = Node.objects.get(name="big.bin")
    assert read_file(node) == b"12345"
    row = Activity.objects.get(node=node)
    assert (row.kind, row.guest, row.request) == ("received", "Anna", request)
    request.refresh_from_db()
    assert (request.files, request.bytes) == (1, 5)


def test_another_browser_does_not_find_it(folder: Node) -> None:
    _request, path = ask(folder)
    _other, beside = ask(folder)
    guest = Client()
    pk = begin(guest, path).json()["id"]
    for client, way in ((Client(), path), (guest, beside)):
        place = f"{way}uploads/{pk}/"
        assert client.get(place).status_code == client.delete(place).status_code == 404
        for step in ("sign", "complete"):
            assert ask_json(client, f"{place}{step}/", {"parts": []}).status_code == 404
    assert guest.delete(f"{path}uploads/{pk}/").status_code == 204


def test_what_is_under_way_counts_in_the_limits(folder: Node) -> None:
    _request, path = ask(folder, max_files=1, max_bytes=8)
    assert begin(Client(), path).status_code == 201
    assert begin(Client(), path, 1, "two").status_code == 400
    FileRequest.objects.update(max_files=None)
    assert begin(Client(), path, 4, "three").status_code == 400
    assert begin(Client(), path, 3, "four").status_code == 201


def test_the_same_upload_is_found_again_where_it_took_the_last_place(folder: Node) -> None:
    _request, path = ask(folder, max_files=1, max_bytes=5)
    guest = Client()
    assert begin(guest, path).json()["id"] == begin(guest, path).json()["id"]


def test_without_a_limit_of_its_own_the_sites_holds(folder: Node, settings: Any) -> None:
    settings.FILES_REQUEST_BYTES = 8
    request, path = ask(folder)
    guest = Client()
    assert "Room for 8\u00a0bytes" in guest.get(path).content.decode()
    assert put(guest, path).status_code == 201
    refused = put(guest, path, "more.txt", b"1234")
    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "There is room for 3\u00a0bytes more, and this is larger.",
    )
    assert begin(guest, path, 4).status_code == 400
    assert begin(guest, path, 3).status_code == 201
    assert FileRequest.objects.open().exists()
    put(guest, path, "last.txt", b"123")
    request.refresh_from_db()
    assert request.is_full
    assert not FileRequest.objects.open().exists()
    # What its owner says counts, also where that is more.
    FileRequest.objects.update(max_bytes=20)
    assert put(guest, path, "more.txt", bytes(12)).status_code == 201


def test_guests_reserve_no_more_than_the_site_lets_them(folder: Node, settings: Any) -> None:
    settings.FILES_REQUEST_OPEN_BYTES = 8
    request, path = ask(folder, max_bytes=1_000_000)
    too_large = begin(Client(), path, 9)
    assert (too_large.status_code, too_large.json()["error"]) == (
        413,
        "A file may have at most 8\u00a0bytes here.",
    )
    assert begin(Client(), path, 5).status_code == 201
    refused = begin(Client(), path, 4, "two")
    assert refused.status_code == 429
    assert "on its way by this link already" in refused.json()["error"]
    # In one request nothing is reserved: it is there, or it is not.
    assert put(Client(), path).status_code == 201
    # A file as large as the owner allows can be sent, one at a time.
    FileRequest.objects.filter(pk=request.pk).update(max_file_bytes=20)
    Upload.objects.all().delete()
    assert begin(Client(), path, 20).status_code == 201
    assert begin(Client(), path, 1, "two").status_code == 429


def test_guests_begin_only_so_many(folder: Node, own: Client, settings: Any) -> None:
    settings.FILES_REQUEST_UPLOADS = settings.FILES_UPLOADS_OPEN = 1
    _request, path = ask(folder)
    _other, beside = ask(folder)
    assert begin(Client(), path).status_code == 201
    assert begin(Client(), path, key="two").status_code == 429
    # Neither other requests nor the owner are held up by it.
    assert begin(Client(), beside).status_code == 201
    wish = {"path": "own.bin", "size": 5, "key": "mine"}
    own_uploads = reverse("files:create_upload", args=[folder.pk])
    assert ask_json(own, own_uploads, wish).status_code == 201


def test_what_guests_leave_holds_its_space_for_hours_not_for_days(
    folder: Node, settings: Any
) -> None:
    settings.FILES_REQUEST_HOURS, settings.FILES_UPLOAD_DAYS = 2, 7
    _request, path = ask(folder)
    guest = Client()
    way = f"{path}uploads/{begin(guest, path).json()['id']}/"
    send_part(guest, way)
    upload = Upload.objects.get()
    assert upload.expires_at - upload.created_at <= timedelta(hours=2, seconds=1)
    assert expire_uploads(now=timezone.now() + timedelta(hours=3)) == 1


def test_the_end_of_a_request_frees_what_was_reserved(folder: Node, owner: Any) -> None:
    request, path = ask(folder)
    guest = Client()
    way = f"{path}uploads/{begin(guest, path).json()['id']}/"
    send_part(guest, way)
    assert usage_of(owner).reserved == 5
    requests.end_request(request=request)
    assert usage_of(owner).reserved == 0
    assert guest.get(way).status_code == 404
    expire_uploads()
    assert not Upload.objects.exists()


def test_the_last_place_that_is_taken_meanwhile(folder: Node) -> None:
    request, path = ask(folder, max_files=1)
    guest = Client()
    way = f"{path}uploads/{begin(guest, path).json()['id']}/"
    send_part(guest, way)
    assert put(Client(), path).status_code == 201
    assert ask_json(guest, f"{way}complete/", {}).status_code == 404
    FileRequest.objects.filter(pk=request.pk).update(max_files=2, max_bytes=6)
    refused = ask_json(guest, f"{way}complete/", {})
    assert refused.status_code == 400
    assert names_in(folder) == {"kept.txt", "bill.pdf"}
    assert not Upload.objects.under_way().exists()


def test_a_folder_that_goes_while_a_file_comes_is_an_end_in_words(folder: Node, owner: Any) -> None:
    request, _path = ask(folder)
    act = Act(guest="Anna", request=request)

    def begin(key: str) -> Upload:
        return requests.begin_for_request(request=request, name="b", size=5, key=key, act=act)

    class Deleting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            trash_nodes(owner=owner, nodes=[folder])
            return super().read(size)

    under_way = begin("first")
    token = sign_parts(upload=under_way, wanted=[(1, "")])[0].url.split("/")[-2]
    receive_part(token=token, stream=io.BytesIO(b"12345"), length=5)
    blobs = Blob.objects.count()
    with pytest.raises(ShareError, match="has ended meanwhile"):
        requests.receive_for_request(
            request=request, name="a", stream=Deleting(b"12345"), size=5, act=act
        )
    with pytest.raises(ShareError, match="has ended meanwhile"):
        begin("second")
    with pytest.raises(ShareError, match="has ended meanwhile"):
        requests.complete_for_request(upload=under_way, act=act)
    assert Blob.objects.count() == blobs
    assert usage_of(owner).reserved == 0


def test_the_worker_finishes_it_in_the_senders_name(folder: Node, settings: Any) -> None:
    _request, path = ask(folder)
    guest = Client()
    begun = begin(guest, path).json()["id"]
    send_part(guest, f"{path}uploads/{begun}/")
    finish_upload(upload_id=begun)
    row = Activity.objects.get(name="big.bin")
    assert (row.kind, row.guest, row.actor) == ("received", "Anna", None)


# -- Telling -------------------------------------------------------------------------------------
def settle() -> None:
    FileRequest.objects.update(last_file_at=timezone.now() - timedelta(hours=1))


def test_the_owner_is_told_once_of_a_visit(folder: Node, owner: Any) -> None:
    _request, path = ask(folder)
    for number, by in enumerate(("Anna", "Anna", "Ben")):
        put(Client(), path, f"{number}.txt", by=by)
    assert requests.tell_of_received() == 0
    settle()
    assert requests.tell_of_received() == 1
    assert requests.tell_of_received() == 0
    told = Notification.objects.get(recipient=owner, kind="request_filled")
    assert told.context == {"request": "Invoices", "by": "Ben, Anna", "count": 3}
    put(Client(), path, "later.txt")
    settle()
    requests.tell_of_received()
    latest = Notification.objects.filter(kind="request_filled").order_by("-created_at").first()
    assert latest is not None
    assert latest.context["count"] == 1


# -- Many at once --------------------------------------------------------------------------------
GUESTS = 8


def at_once(request: FileRequest, work: Callable[[FileRequest, int], Any]) -> list[Any]:
    """Let many guests do it at the same moment; return what each did, or why it was refused."""
    barrier = Barrier(GUESTS)

    def run(number: int) -> Any:
        try:
            # Before the first query: whoever waits here holds no connection of the pool.
            barrier.wait()
            asked = FileRequest.objects.select_related("node__owner").get(pk=request.pk)
            return work(asked, number)
        except FilesError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESTS) as pool:
        return list(pool.map(run, range(GUESTS)))


@pytest.mark.django_db(transaction=True)
def test_of_many_for_the_last_place_one_gets_it() -> None:
    folder = make_folder(OwnerFactory(), "Inbox")
    request, _path = ask(folder, max_files=1)

    def send(asked: FileRequest, number: int) -> Node:
        return requests.receive_for_request(
            request=asked,
            name=f"{number}.txt",
            stream=SimpleUploadedFile("x", b"12345"),
            size=5,
            act=Act(request=asked, guest="Anna"),
        )

    results = at_once(request, send)
    assert len([result for result in results if isinstance(result, Node)]) == 1
    assert Node.objects.files().count() == Blob.objects.count() == 1
    request.refresh_from_db()
    assert (request.files, request.bytes) == (1, 5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "fit"),
    [
        ({"FILES_REQUEST_OPEN_BYTES": 11}, 2),
        ({"FILES_REQUEST_UPLOADS": 3}, 3),
        ({"FILES_REQUEST_BYTES": 9}, 1),
    ],
)
def test_of_many_who_begin_at_once_only_as_many_as_fit(
    settings: Any, limits: dict[str, int], fit: int
) -> None:
    for name, value in limits.items():
        setattr(settings, name, value)
    owner = OwnerFactory()
    request, _path = ask(make_folder(owner, "Inbox"))

    def send(asked: FileRequest, number: int) -> Upload:
        act = Act(request=asked, guest="Anna")
        return requests.begin_for_request(
            request=asked, name="a.bin", size=5, key=f"k{number}", act=act
        )

    results = at_once(request, send)
    assert len([result for result in results if isinstance(result, Upload)]) == fit
    assert Upload.objects.under_way().count() == fit
    assert usage_of(owner).reserved == 5 * fit
