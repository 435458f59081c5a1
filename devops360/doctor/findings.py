"""What an examination says."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    GOOD = "ok"
    # Works, but not as it should in production, or not for long.
    DOUBTFUL = "look"
    BROKEN = "BROKEN"
    # Not configured, which may be meant.
    ABSENT = "-"


@dataclass(frozen=True)
class Finding:
    part: str
    verdict: Verdict
    words: str
    # What to do; empty where nothing is to be done.
    mend: str = ""


def good(part: str, words: str) -> Finding:
    return Finding(part, Verdict.GOOD, words)


def doubtful(part: str, words: str, mend: str) -> Finding:
    return Finding(part, Verdict.DOUBTFUL, words, mend)


def broken(part: str, words: str, mend: str) -> Finding:
    return Finding(part, Verdict.BROKEN, words, mend)


def words_of(error: BaseException) -> str:
    """Return the type and the first line of an error, as a finding tells it."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def absent(part: str, words: str) -> Finding:
    return Finding(part, Verdict.ABSENT, words)
