"""Access tokens: shown once, kept as digests, ended by time, by hand and with the person."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import limits, tokens
from accounts.clients import NOBODY
from accounts.errors import AccountError
from accounts.models import AccessToken, SecurityEvent, User
from accounts.tests.factories import PASSWORD, UserFactory
from notifications.tests.mailbox import mailbox

PAGE = "/account/tokens/"
WISH = {"name": "Nightly backup", "scope": "read", "days": "30"}


@pytest.fixture
def owner(client: Client, person: User) -> Client:
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    return client


def make(user: User, **wishes: Any) -> tuple[AccessToken, str]:
    all_wishes: dict[str, Any] = {"name": "t", "scope": "write", "days": 7} | wishes
    return tokens.make_token(user=user, client=NOBODY, **all_wishes)


def use(secret: str, *, writes: bool = False) -> AccessToken:
    return tokens.use_token(secret=secret, writes=writes, client=NOBODY)


def test_the_secret_is_shown_once_and_kept_nowhere(
    owner: Client, person: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        page = owner.post(PAGE, WISH).content.decode()
    found = re.search(r"d360_[\w-]{43}", page)
    assert found
    token = AccessToken.objects.get(user=person)
    assert found[0] not in owner.get(PAGE).content.decode()
    assert found[0] not in str(list(AccessToken.objects.values()))
    assert token.hint in owner.get(PAGE).content.decode()
    assert use(found[0]).user == person
    assert SecurityEvent.objects.filter(kind="token_made", detail="Nightly backup").exists()
    assert "Access token made" in mailbox()[-1].subject


def test_making_one_asks_who_is_there(client: Client, person: User) -> None:
    client.force_login(person)
    assert "/account/confirm/" in client.post(PAGE, WISH)["Location"]
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("wish", [{"days": "9999"}, {"scope": "admin"}, {"name": ""}])
def test_odd_wishes_are_refused(owner: Client, wish: dict[str, str]) -> None:
    assert owner.post(PAGE, WISH | wish).status_code == 400
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("how", ["expired", "revoked", "deactivated", "password void", "deleted"])
def test_a_token_ends(person: User, how: str) -> None:
    token, secret = make(person)
    use(secret)
    if how == "expired":
        AccessToken.objects.update(expires_at=timezone.now())
    elif how == "revoked":
        tokens.revoke_token(token=token, client=NOBODY)
    elif how == "deactivated":
        User.objects.update(is_active=False)
    elif how == "password void":
        User.objects.update(must_reset_password=True)
    else:
        person.delete()
    with pytest.raises(tokens.TokenError):
        use(secret)


def test_a_scope_holds(person: User) -> None:
    _token, secret = make(person, scope="read")
    use(secret)
    with pytest.raises(tokens.TokenScopeError):
        use(secret, writes=True)


def test_guessing_is_limited_by_address(person: User) -> None:
    for _guess in range(limits.TOKEN.free):
        with pytest.raises(tokens.TokenError):
            use("d360_wrong")
    _token, secret = make(person)
    with pytest.raises(tokens.TokenLimitError):
        use(secret)


def test_the_last_use_is_seen_but_not_written_each_time(
    person: User, django_assert_num_queries: Any
) -> None:
    token, secret = make(person)
    use(secret)
    token.refresh_from_db()
    assert token.last_used_at
    with django_assert_num_queries(2):
        use(secret)
    AccessToken.objects.update(last_used_at=timezone.now() - timedelta(hours=1))
    use(secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_strangers_revoke_nothing(owner: Client, stranger: User) -> None:
    token, _secret = make(stranger)
    assert owner.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_revoking_is_harmless_to_repeat(owner: Client, person: User) -> None:
    token, _secret = make(person)
    for _time in range(2):
        assert owner.post(f"{PAGE}{token.pk}/revoke/").status_code == 302
    assert SecurityEvent.objects.filter(kind="token_revoked").count() == 1


def test_there_is_an_end_to_tokens(person: User) -> None:
    for _token in range(tokens.TOKENS_PER_PERSON):
        make(person)
    with pytest.raises(AccountError, match="Revoke one"):
        make(person)
    make(UserFactory.create())
