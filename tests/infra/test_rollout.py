"""deploy/rollout.sh, with a kubectl that writes down what it is asked, and fails where told."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.kubernetes import DIGEST, OUTPUTS, REPOSITORY, documents, load_render
from tests.infra.tools import ROOT

KUBECTL = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in *"$FAIL_AT"*) exit 1 ;; esac
"""
DEPLOYMENTS = ("accounts", "admin", "files", "notifications", "worker")


@dataclass
class Rollout:
    status: int
    calls: list[str]

    def said(self, words: str) -> list[str]:
        return [call for call in self.calls if words in call]


def roll_out(place: Path, fail_at: str = "nothing fails") -> Rollout:
    kubectl = place / "kubectl"
    kubectl.write_text(KUBECTL)
    kubectl.chmod(0o755)
    calls = place / "calls"
    calls.touch()
    environment = {"PATH": f"{place}:{os.environ['PATH']}", "CALLS": str(calls), "FAIL_AT": fail_at}
    command = [str(ROOT / "deploy/rollout.sh"), "manifests.yaml"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return Rollout(done.returncode, calls.read_text().splitlines())


def test_it_migrates_and_then_rolls_out(tmp_path: Path) -> None:
    rollout = roll_out(tmp_path)
    assert rollout.status == 0
    order = ["delete job migrate", "name=migrate", "job/migrate", "name!=migrate"]
    at = [next(i for i, call in enumerate(rollout.calls) if word in call) for word in order]
    assert at == sorted(at)
    for deployment in DEPLOYMENTS:
        assert rollout.said(f"rollout status deployment/{deployment}")
    assert not rollout.said("undo")


def test_a_failed_migration_rolls_nothing_out(tmp_path: Path) -> None:
    rollout = roll_out(tmp_path, fail_at="wait --for=condition=complete")
    assert rollout.status == 1
    assert not rollout.said("name!=migrate")
    assert not rollout.said("rollout")


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_what_does_not_become_ready_is_rolled_back(tmp_path: Path, deployment: str) -> None:
    """All of it, not the one part alone: parts of two versions were never tried together."""
    rollout = roll_out(tmp_path, fail_at=f"rollout status deployment/{deployment} ")
    assert rollout.status == 1
    assert len(rollout.said("rollout undo")) == len(DEPLOYMENTS)


def test_each_thing_is_applied_in_its_turn() -> None:
    """What the migration needs comes first; nothing is left out, and nothing comes twice."""
    render = load_render()
    image = f"{REPOSITORY}@{DIGEST}"
    manifests = documents(render.render(environment="production", image=image, outputs=OUTPUTS))
    named = {
        (thing["kind"], thing["metadata"]["name"]): thing["metadata"]
        .get("labels", {})
        .get("app.kubernetes.io/name")
        for thing in manifests
    }
    first = {key for key, name in named.items() if name is None}
    migration = {key for key, name in named.items() if name == "migrate"}
    then = named.keys() - first - migration
    assert ("ServiceAccount", "migrate") in first
    assert "ConfigMap" in {kind for kind, _ in first}
    assert migration == {("Job", "migrate")}
    assert {name for kind, name in then if kind == "Deployment"} == set(DEPLOYMENTS)
    assert {kind for kind, _ in then} >= {"CronJob", "Service", "TargetGroupBinding"}
