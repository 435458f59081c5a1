"""checkov on all that it knows, and on the plan: silent, or skipped with a reason; and not deaf.

A run takes its time to start: each does all that it can.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.infra.checkov import checkov
from tests.infra.terraform import Workspace
from tests.infra.tools import ROOT

FRAMEWORKS = ("terraform", "kubernetes", "dockerfile", "github_actions")
# File, line, what becomes of it, and what checkov calls that.
FAULTS = (
    (
        "infra/modules/rds/main.tf",
        "publicly_accessible    = false",
        "publicly_accessible = true",
        "CKV_AWS_17",
    ),
    ("dev.yaml", "readOnlyRootFilesystem: true", "privileged: true", "CKV_K8S_16"),
    ("production.yaml", "readOnlyRootFilesystem: true", "", "CKV_K8S_22"),
    ("Dockerfile", "USER 10001:10001", "USER root", "CKV_DOCKER_8"),
    (".github/workflows/apply.yml", "# checkov:skip=CKV_GHA_7:", "# ", "CKV_GHA_7"),
)


@pytest.fixture
def everything(tmp_path: Path, rendered: dict[str, str]) -> Path:
    """A copy of what is checked, with the manifests rendered."""
    ignored = shutil.ignore_patterns(".terraform*")
    for folder in ("infra", ".github"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "Dockerfile", tmp_path)
    for environment, text in rendered.items():
        (tmp_path / f"{environment}.yaml").write_text(text)
    return tmp_path


def found_in(folder: Path) -> list[tuple[str, str]]:
    return checkov("-d", str(folder), "--framework", *FRAMEWORKS)


def test_it_is_silent(everything: Path) -> None:
    assert found_in(everything) == []


def test_it_would_speak(everything: Path) -> None:
    for name, old, new, _check in FAULTS:
        file = everything / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
    found = found_in(everything)
    for name, _old, _new, check in FAULTS:
        assert any(check == it and name in where for it, where in found), f"{check} in {found}"


def found_in_plan(plan: Path, sources: Path) -> list[tuple[str, str]]:
    """As the plan has it, variables resolved; skips are read from the source beside it."""
    words = ("--framework", "terraform_plan", "--repo-root-for-plan-enrichment", str(sources))
    return checkov("-f", str(plan), *words)


def test_the_plan_of_production(infra: Workspace, plans: dict[str, Any]) -> None:
    assert found_in_plan(infra.folder / "production.json", infra.folder) == []


def test_it_would_speak_of_the_plan(
    infra: Workspace, plans: dict[str, Any], tmp_path: Path
) -> None:
    text = (infra.folder / "production.json").read_text()
    spoilt = tmp_path / "production.json"
    old, new = '"publicly_accessible":false', '"publicly_accessible":true'
    assert old in text
    spoilt.write_text(text.replace(old, new))
    found = found_in_plan(spoilt, infra.folder)
    assert "CKV_AWS_17" in {check for check, _ in found}
