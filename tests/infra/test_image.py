"""The Dockerfile and every shell script, as their linters see them. See own/image.py."""

import subprocess
from pathlib import Path

import pytest

from tests.infra.tools import ROOT, program

DOCKERFILE = ROOT / "Dockerfile"
NOT_OURS = {".venv", "var", "node_modules"}
SCRIPTS = sorted(
    path
    for pattern in ("*.sh", "infra/bin/up", "infra/bin/down", ".ci/run")
    for path in ROOT.rglob(pattern)
    if not NOT_OURS & set(path.relative_to(ROOT).parts)
)


def complaints(*command: str) -> str:
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode == 0) == (found.stdout == ""), found
    return found.stdout


def hadolint(dockerfile: Path) -> str:
    return complaints(program("hadolint"), "--no-color", str(dockerfile))


def shellcheck(*scripts: Path) -> str:
    options = ("--severity=style", "--external-sources")
    return complaints(program("shellcheck"), *options, *map(str, scripts))


def test_hadolint_is_silent() -> None:
    assert hadolint(DOCKERFILE) == ""


def test_hadolint_would_speak(tmp_path: Path) -> None:
    spoilt = tmp_path / "Dockerfile"
    spoilt.write_text(DOCKERFILE.read_text().replace("WORKDIR /app", "RUN cd /app && sudo ls"))
    assert "DL3004" in hadolint(spoilt)


def test_shellcheck_is_silent() -> None:
    assert len(SCRIPTS) >= 6
    assert shellcheck(*SCRIPTS) == ""


@pytest.mark.parametrize(
    ("script", "old", "new", "code"),
    [
        ("deploy/rollout.sh", '-f "$manifests"', "-f $manifests", "SC2086"),
        ("deploy/image/entrypoint.sh", "exit 64", "exit 64 && local x", "SC3043"),
        ("infra/bin/down", 'source "$(dirname "$0")/common.sh"', "cd /somewhere", "SC2164"),
    ],
)
def test_shellcheck_would_speak(tmp_path: Path, script: str, old: str, new: str, code: str) -> None:
    text = (ROOT / script).read_text()
    assert old in text
    spoilt = tmp_path / Path(script).name
    spoilt.write_text(text.replace(old, new).replace("set -euo pipefail", "set -uo pipefail"))
    assert code in shellcheck(spoilt)
