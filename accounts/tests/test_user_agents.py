"""Names of browsers, told by whatever a client chose to send."""

import random

import pytest

from accounts.clients import USER_AGENT_LENGTH
from accounts.user_agents import MAX_LENGTH, UNKNOWN, browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/150.0.0.0 Mobile Safari/537.36",
         "Chrome 150 on Android"),
        (f"Mozilla/5.0 {IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari 18 on iPhone"),
        (f"Mozilla/5.0 {IPHONE} CriOS/150.0 Mobile/15E148 Safari/604.1", "Chrome 150 on iPhone"),
        (f"Mozilla/5.0 {IPHONE} Mobile/15E148", "App on iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
         "Firefox 140 on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox 140 on macOS"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/150.0.0.0 Edg/150.0.0.0",
         "Edge 150 on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/149.0.0.0 Safari/537.36",
         "Headless Chrome 149 on Linux"),
        ("curl/8.14.1", "curl 8.14"),
        ("python-httpx/0.28.1", "python-httpx 0.28"),
        ("rclone/v1.70.0", "rclone 1.70"),
        ("Wget/1.25.0 (linux-gnu)", "Wget 1 on Linux"),
    ],
)  # fmt: skip
def test_people_recognise_their_browser(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


@pytest.mark.parametrize("user_agent", ["", " ", "Mozilla/5.0", "<b>hi</b>/1", "\x00/\u202e1", "☃"])
def test_what_nobody_knows_is_unknown(user_agent: str) -> None:
    assert browser_name(user_agent) == UNKNOWN


def test_control_and_bidi_characters_do_not_get_through() -> None:
    assert browser_name("cu\x00rl\u202e/8\r\n.1") == "curl 8.1"
    forged = f"Mozilla/5.0 (Linux; Android 10; \r\nX: y\u202e) {WEBKIT} Chrome/150.0.0.0 Mobile"
    assert browser_name(forged) == "Chrome 150 on Android"


def test_nothing_that_is_sent_raises_or_overflows() -> None:
    dice = random.Random(1)
    words = [
        *("Mozilla/5.0 (", "Linux; Android ", "iPhone", "Build/", "Version/", "Safari", "bot"),
        *(")", "/", ";", " ", "1.", "\ud800", "\x1b[31m", "<script>", "A-" * 40, "_" * 40),
    ]
    for _ in range(500):
        name = browser_name("".join(dice.choices(words, k=dice.randint(1, 80))))
        assert name.isprintable()
        assert 0 < len(name) <= MAX_LENGTH


def test_only_the_beginning_of_a_long_one_is_read() -> None:
    assert browser_name("(" * USER_AGENT_LENGTH + " Chrome/150.0.0.0") == UNKNOWN
