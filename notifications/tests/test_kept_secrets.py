from typing import Any

import pytest

from notifications.kept_secrets import UnreadableSecretError, seal, unseal

OLD, NEW = "an old key of the site" * 3, "a new key of the site" * 3


def test_a_secret_is_read_again_and_not_seen() -> None:
    sealed = seal("whsec_abc", purpose="webhook")
    assert "abc" not in sealed
    assert unseal(sealed, purpose="webhook") == "whsec_abc"
    assert seal("whsec_abc", purpose="webhook") != sealed


def test_a_secret_of_one_purpose_is_none_of_another() -> None:
    with pytest.raises(UnreadableSecretError):
        unseal(seal("x", purpose="webhook"), purpose="push")


def test_keys_can_be_exchanged(settings: Any) -> None:
    settings.SECRET_KEY = OLD
    sealed = seal("x", purpose="webhook")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert unseal(sealed, purpose="webhook") == "x"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(UnreadableSecretError):
        unseal(sealed, purpose="webhook")


@pytest.mark.parametrize("change", [0, 20, -1])
def test_a_changed_one_is_refused(change: int) -> None:
    sealed = list(seal("x", purpose="webhook"))
    sealed[change] = "A" if sealed[change] != "A" else "B"
    with pytest.raises(UnreadableSecretError):
        unseal("".join(sealed), purpose="webhook")
