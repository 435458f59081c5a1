"""checkov on Terraform, its plans and the Dockerfile: silent, or skipped with a reason."""

from pathlib import Path
from typing import Any

from tests.infra.checkov import checkov
from tests.infra.terraform import Workspace
from tests.infra.tools import ROOT


def test_terraform(infra: Workspace) -> None:
    assert checkov("-d", str(ROOT / "infra"), "--framework", "terraform") == []


def test_the_plan_of_production(infra: Workspace, plans: dict[str, Any]) -> None:
    """As the plan has it, variables resolved; skips are read from the source beside it."""
    failed = checkov(
        "-f",
        str(infra.folder / "production.json"),
        "--framework",
        "terraform_plan",
        "--repo-root-for-plan-enrichment",
        str(infra.folder),
    )
    assert failed == []


def test_the_dockerfile() -> None:
    assert checkov("-f", str(ROOT / "Dockerfile"), "--framework", "dockerfile") == []


def test_it_would_speak_of_terraform(spoilt: Workspace) -> None:
    spoilt.replace(
        "modules/rds/main.tf", "publicly_accessible    = false", "publicly_accessible = true"
    )
    folder = str(spoilt.folder / "modules/rds")
    assert "CKV_AWS_17" in {check for check, _ in checkov("-d", folder, "--framework", "terraform")}


def test_it_would_speak_of_the_dockerfile(tmp_path: Path) -> None:
    spoilt = tmp_path / "Dockerfile"
    spoilt.write_text((ROOT / "Dockerfile").read_text().replace("USER 10001:10001", "USER root"))
    found = checkov("-f", str(spoilt), "--framework", "dockerfile")
    assert "CKV_DOCKER_8" in {check for check, _ in found}
