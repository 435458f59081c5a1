"""The Dockerfile and the image's scripts. deploy/image/build-and-try.sh builds and runs it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.infra.tools import ROOT, program

DOCKERFILE = ROOT / "Dockerfile"
SCRIPTS = sorted(
    path
    for path in ROOT.rglob("*.sh")
    if not {".venv", "var", "node_modules"} & set(path.relative_to(ROOT).parts)
)


def hadolint(dockerfile: Path) -> subprocess.CompletedProcess[str]:
    command = [program("hadolint"), "--no-color", str(dockerfile)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_hadolint_is_silent() -> None:
    found = hadolint(DOCKERFILE)
    assert (found.returncode, found.stdout) == (0, "")


def test_hadolint_would_speak(tmp_path: Path) -> None:
    spoilt = tmp_path / "Dockerfile"
    spoilt.write_text(DOCKERFILE.read_text().replace("WORKDIR /app", "RUN cd /app && sudo ls"))
    assert hadolint(spoilt).returncode == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_shellcheck_is_silent(script: Path) -> None:
    command = [program("shellcheck"), "--severity=style", str(script)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_base_is_pinned_by_digest() -> None:
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", DOCKERFILE.read_text(), re.MULTILINE)


def test_nothing_is_copied_that_is_not_named() -> None:
    """A new folder, or somebody's .env, does not slip into the image."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    named = {rule[1:] for rule in rules if rule.startswith("!")}
    assert all((ROOT / name).exists() for name in named)
    assert not named & {".", ".git", ".env", "media", "var", "tests", "infra"}


def test_every_role_replaces_the_shell() -> None:
    """Signals reach the program itself: a shell in between would not pass SIGTERM on."""
    text = (ROOT / "deploy/image/entrypoint.sh").read_text()
    body = text[text.index("case $role in") :]
    for role in ("web", "worker", "scheduler", "manage", "migrate"):
        part = body[body.index(f"\n{role})") :]
        assert "exec " in part[: part.index(";;")], role
