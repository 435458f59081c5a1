"""Profile, picture, data, deletion and admin: by owner, stranger and nobody."""

import io
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts import deletion, storage_use
from accounts.avatars import sandbox
from accounts.avatars.changes import delete_folder
from accounts.errors import AvatarError
from accounts.export import export_account
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.verified import sign_in_verified
from accounts.validators import normalise_phone

PAGES = ["/account/", "/account/export/", "/account/email/", "/account/password/change/"]


def picture(kind: str = "PNG", size: tuple[int, int] = (80, 40), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind, **options)
    return file.getvalue()


def prove(client: Client) -> None:
    client.post("/account/confirm/", {"password": PASSWORD})


@pytest.mark.parametrize("page", [*PAGES, "/account/sessions/", "/account/delete/due/"])
def test_nobody_is_sent_to_sign_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("page", [*PAGES, "/account/sessions/"])
def test_owner_sees_the_page(signed_in: Client, page: str) -> None:
    assert signed_in.get(page).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        *("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/"),
        *("confirm-email/bad/", "password/reset/key/a-b/", "password/reset/key/done/", "inactive/"),
    ],
)
def test_public_pages_are_ours(client: Client, page: str) -> None:
    response = client.get(f"/account/{page}")
    assert response.status_code == 200
    assert "narrow__card" in response.content.decode()


def test_profile_is_saved(signed_in: Client, person: User) -> None:
    form = {
        "display_name": "Kim K", "username": "kimk", "bio": "Hello", "phone": "+41 44 668 18 00",
        "time_zone": "Europe/Zurich", "language": "en",
    }  # fmt: skip
    assert signed_in.post("/account/", form).status_code == 302
    person.refresh_from_db()
    assert (person.display_name, person.phone) == ("Kim K", "+41446681800")


def test_a_wrong_phone_is_told_how(signed_in: Client) -> None:
    response = signed_in.post("/account/", {"phone": "044 668 18 00"})
    assert "such as +41 44 668 18 00" in response.content.decode()
    assert normalise_phone("0041446681800") == "+41446681800"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF"])
def test_pictures_become_webp(kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    images = sandbox.render(picture=picture(kind), sizes=(64, 128), crop=None)
    for size, data in images.items():
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("WEBP", (size, size))


def test_pictures_are_turned_and_lose_their_metadata() -> None:
    source = Image.new("RGB", (200, 100), "blue")
    source.paste("red", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Maker"
    file = io.BytesIO()
    source.save(file, "JPEG", exif=exif)
    crop = sandbox.Crop(left=0, top=0, side=1)
    data = sandbox.render(picture=file.getvalue(), sizes=(64,), crop=crop)[64]
    image = Image.open(io.BytesIO(data)).convert("RGB")
    red, _green, blue = image.getpixel((32, 32))  # type: ignore[misc]
    assert red > 200 > blue  # turned upright, the left half is on top
    assert b"Secret" not in data
    assert not Image.open(io.BytesIO(data)).getexif()


def test_bombs_and_other_files_are_refused() -> None:
    with pytest.raises(AvatarError, match="pixels"):
        sandbox.render(picture=picture(size=(12_000, 6_000)), sizes=(64,), crop=None)
    for data in (b"", b"<svg/>", picture()[:60], b"%!PS-Adobe-3.0 EPSF-3.0\n"):
        with pytest.raises(AvatarError, match="cannot be read"):
            sandbox.render(picture=data, sizes=(64,), crop=None)


def test_avatar_is_changed_served_and_removed(
    signed_in: Client, person: User, stranger: User, django_capture_on_commit_callbacks: Any
) -> None:
    upload = {"picture": SimpleUploadedFile("a.png", picture())}
    assert signed_in.post("/account/avatar/", upload).status_code == 302
    person.refresh_from_db()
    first, url = person.avatar, person.avatar_url
    other = Client()
    other.force_login(stranger)
    assert Client().get(url).status_code == 302
    response = other.get(url)
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.getvalue()[8:12] == b"WEBP"
    assert other.get(url.replace("128", "129")).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        upload = {"picture": SimpleUploadedFile("a.png", picture())}
        signed_in.post("/account/avatar/", upload)
    assert not default_storage.exists(f"{first}/128.webp")
    assert other.get(url).status_code == 404
    signed_in.post("/account/avatar/remove/")
    person.refresh_from_db()
    assert not person.avatar


def test_a_bad_or_large_picture_is_told(signed_in: Client) -> None:
    upload = {"picture": SimpleUploadedFile("a.png", b"nothing")}
    response = signed_in.post("/account/avatar/", upload)
    assert response.status_code == 400
    assert "cannot be read" in response.content.decode()
    response = signed_in.post("/account/avatar/", CONTENT_LENGTH="99999999")
    assert response.status_code == 413


def test_avatar_upload_needs_the_token(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    upload = {"picture": SimpleUploadedFile("a.png", picture())}
    assert client.post("/account/avatar/", upload).status_code == 403


def test_deletion_has_days_of_grace(
    signed_in: Client, person: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert "/account/confirm/" in signed_in.get("/account/delete/")["Location"]
    prove(signed_in)
    assert signed_in.post("/account/delete/", {"email": "x@example.com"}).status_code == 400
    signed_in.post("/account/delete/", {"email": "KIM@example.com"})
    person.refresh_from_db()
    assert person.delete_after
    assert deletion.delete_due() == 0
    answer = Client().post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert answer["Location"] == "/account/delete/due/"
    assert signed_in.get("/account/delete/due/").status_code == 200
    signed_in.post("/account/delete/keep/")
    person.refresh_from_db()
    assert person.delete_after is None


def test_what_is_due_is_deleted_with_its_files_elsewhere(person: User, stranger: User) -> None:
    cleaned: list[User] = []
    deletion.register_cleaner(cleaned.append)
    User.objects.filter(pk=person.pk).update(delete_after=timezone.now() - timedelta(1))
    try:
        assert deletion.delete_due() == 1
    finally:
        deletion._cleaners.remove(cleaned.append)
    assert len(cleaned) == 1
    assert list(User.objects.all()) == [stranger]


def test_a_session_is_ended_by_its_owner_alone(signed_in: Client, stranger: User) -> None:
    other = Client()
    other.post("/account/login/", {"login": "stranger", "password": PASSWORD})
    row = stranger.usersession_set.get()
    assert signed_in.post(f"/account/sessions/{row.pk}/end/").status_code == 404
    assert other.get("/account/").status_code == 200
    assert other.post(f"/account/sessions/{row.pk}/end/").status_code == 302
    assert other.get("/account/").status_code == 302


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    boss = UserFactory.create(username="boss", is_staff=True, is_superuser=True)
    sign_in_verified(client, boss)
    return client


def act(client: Client, action: str, *people: User) -> Any:
    data = {"action": action, "_selected_action": [str(person.pk) for person in people]}
    return client.post("/admin/accounts/user/", data, follow=True)


def test_admin_list_takes_the_same_queries_for_more_people(
    admin: Client, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    asked: list[int] = []

    def counting(ids: Collection[UUID]) -> dict[UUID, int]:
        asked.append(len(ids))
        return {}

    storage_use.register_storage_use(counting)
    try:
        UserFactory.create_batch(20)
        admin.get("/admin/accounts/user/")
        with django_assert_max_num_queries(12):
            response = admin.get("/admin/accounts/user/?q=person")
    finally:
        storage_use._counters.remove(counting)
    assert response.status_code == 200
    assert asked == [21, 20]


def test_admin_locks_out_and_logs(admin: Client, person: User, signed_in: Client) -> None:
    act(admin, "deactivate", person)
    assert signed_in.get("/account/").status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    act(admin, "activate", person)
    act(admin, "force_password_reset", person)
    act(admin, "end_sessions", person)
    assert LogEntry.objects.filter(object_id=str(person.pk)).count() == 4


def test_admin_cannot_lock_themselves_out(admin: Client) -> None:
    boss = User.objects.get(username="boss")
    act(admin, "deactivate", boss)
    boss.refresh_from_db()
    assert boss.is_active


def test_admin_invites_and_never_shows_a_password(admin: Client, person: User) -> None:
    page = admin.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    assert person.password not in page
    assert "id_password" not in page
    form = {"email": "g@example.com", "username": "guest", "display_name": ""}
    assert admin.post("/admin/accounts/user/add/", form).status_code == 302
    assert not User.objects.get(username="guest").has_usable_password()


def test_staff_cannot_raise_themselves_or_touch_an_administrator(admin: Client) -> None:
    from django.contrib.auth.models import Permission

    staff = UserFactory.create(username="staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = Client()
    client.force_login(staff)
    client.post(
        f"/admin/accounts/user/{staff.pk}/change/",
        {"username": "staff", "display_name": "", "is_superuser": "on"},
    )
    staff.refresh_from_db()
    assert not staff.is_superuser
    boss = User.objects.get(username="boss")
    act(client, "deactivate", boss)
    boss.refresh_from_db()
    assert boss.is_active


def test_admin_has_no_door_to_addresses_and_sessions(admin: Client) -> None:
    assert admin.get("/admin/account/emailaddress/").status_code == 404
    assert admin.get("/admin/usersessions/usersession/").status_code == 404


def test_a_picture_that_is_lost_takes_nothing_else_with_it(signed_in: Client, person: User) -> None:
    """As after a restore from a backup without it."""
    User.objects.filter(pk=person.pk).update(avatar=f"avatars/{person.pk}/gone")
    person.refresh_from_db()
    assert signed_in.get(person.avatar_url).status_code == 404
    assert [item.path for item in export_account(person)][-1] == "sessions.json"


def test_a_picture_is_found_in_the_store_that_was_in_use_before(
    signed_in: Client, person: User, bucket: Any, settings: Any
) -> None:
    signed_in.post("/account/avatar/", {"picture": SimpleUploadedFile("a.png", picture())})
    person.refresh_from_db()
    settings.FILES_STORE = "s3"
    settings.STORAGES = settings.STORAGES | {"s3": bucket.store, "default": bucket.store}
    assert signed_in.get(person.avatar_url).getvalue()[8:12] == b"WEBP"
    assert "avatar.webp" in [item.path for item in export_account(person)]
    delete_folder(folder=person.avatar)
    assert signed_in.get(person.avatar_url).status_code == 404
