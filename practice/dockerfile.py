"""A Dockerfile, read as far as rung 03 asks about it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A value that an image would carry to everybody who may pull it.
SECRET = re.compile(r"\b\w*(SECRET|PASSWORD|TOKEN|API_KEY)\w*[= ]\S", re.IGNORECASE)
ROOTS = ("", "0", "root")
# What packages are installed from, before the code is copied.
PINS = ("requirements", "pyproject.toml", "uv.lock", "poetry.lock")


@dataclass
class Stage:
    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def last(self, name: str) -> str:
        """Return the arguments of the last such instruction, which is the one that counts."""
        found = [words for instruction, words in self.instructions if instruction == name]
        return found[-1] if found else ""


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction with its arguments; continued lines are one."""
    whole = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    for line in re.sub(r"\\\s*\n", " ", whole).splitlines():
        name, _, words = line.strip().partition(" ")
        if name:
            yield name.upper(), words.strip()


def stages(text: str) -> list[Stage]:
    """Return the stages; arguments before the first one stand for their defaults."""
    defaults: dict[str, str] = {}
    found: list[Stage] = []
    for name, words in instructions(text):
        if name == "FROM":
            base = re.sub(
                r"\$\{?(\w+)\}?", lambda match: defaults.get(match[1], match[0]), words.split()[0]
            )
            found.append(Stage(base))
        elif found:
            found[-1].instructions.append((name, words))
        elif name == "ARG":
            argument, _, value = words.partition("=")
            defaults[argument] = value
    return found


def shortcomings(text: str) -> Iterator[str]:
    """Yield what keeps it from being a good one, in words that say what to do."""
    found = stages(text)
    if not found:
        yield "It has no FROM: an image stands on another one."
        return
    if len(found) < 2:
        yield "It has one stage: what builds (pip, compilers) should stay in a first one."
    first, last = found[0], found[-1]
    if "@sha256:" not in first.base and not re.search(r":v?\d", first.base):
        yield f"FROM {first.base} is another image tomorrow: name a version, or better its digest."
    if last.last("USER").partition(":")[0] in ROOTS:
        yield "It runs as root: end with USER and a number, such as USER 10001:10001."
    if last.last("HEALTHCHECK") in ("", "NONE"):
        yield "It cannot say whether it is well: add a HEALTHCHECK."
    yield from _about_the_start(last)
    yield from _about_layers(found)
    for name, words in instructions(text):
        if name in {"ENV", "ARG"} and SECRET.search(words):
            yield f"{name} {words.split('=')[0]} puts a secret into every copy of the image."


def _about_the_start(last: Stage) -> Iterator[str]:
    starts = [words for words in (last.last("ENTRYPOINT"), last.last("CMD")) if words]
    if not starts:
        yield "It does not say what it runs: add an ENTRYPOINT or a CMD."
    for words in starts:
        try:
            json.loads(words)
        except ValueError:
            yield f"{words!r} runs below a shell, which swallows signals: write it as a list."


def _about_layers(found: list[Stage]) -> Iterator[str]:
    for stage in found:
        copied = [words for name, words in stage.instructions if name in {"COPY", "ADD"}]
        everything = next((i for i, words in enumerate(copied) if words.startswith(". ")), None)
        first = " ".join(copied[:everything]).split()
        if everything is not None and not any(word.startswith(PINS) for word in first):
            yield "Copy requirements.txt and install before COPY . .: else every change does."
