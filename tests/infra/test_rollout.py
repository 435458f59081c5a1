"""deploy/rollout.sh, with a kubectl that writes down what it is asked, and fails where told."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.infra.kubernetes import documents
from tests.infra.tools import ROOT

SMOKE = """#!/bin/sh
echo "smoke $*" >>"$CALLS"
case "smoke $*" in *"$FAIL_AT"*) exit 1 ;; esac
"""
KUBECTL = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in *"$FAIL_AT"*) exit 1 ;; esac
"""
Check = Callable[[Path, Path], None]
DEPLOYMENTS = ("accounts", "admin", "files", "notifications", "worker")


@dataclass
class Rollout:
    status: int
    calls: list[str]

    def said(self, words: str) -> list[str]:
        return [call for call in self.calls if words in call]


def roll_out(
    place: Path,
    fail_at: str = "nothing fails",
    script: Path = ROOT / "deploy/rollout.sh",
    site: str = "",
) -> Rollout:
    # The script in a place of its own, beside a smoke test that is told how to end.
    texts = {"kubectl": KUBECTL, "smoke.sh": SMOKE, "rolled-out.sh": script.read_text()}
    for name, text in texts.items():
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    calls = place / "calls"
    calls.touch()
    environment = {"PATH": f"{place}:{os.environ['PATH']}", "CALLS": str(calls), "FAIL_AT": fail_at}
    command = [str(place / "rolled-out.sh"), "manifests.yaml", *([site] if site else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return Rollout(done.returncode, calls.read_text().splitlines())


def migrates_and_then_rolls_out(place: Path, script: Path) -> None:
    rollout = roll_out(place, script=script)
    assert rollout.status == 0, "it fails"
    order = ["delete job migrate", "name=migrate", "job/migrate", "name!=migrate"]
    at = [next((i for i, c in enumerate(rollout.calls) if word in c), -1) for word in order]
    assert at == sorted(at), f"out of order: {at}"
    assert -1 not in at, f"left out: {at}"
    for deployment in DEPLOYMENTS:
        assert rollout.said(f"rollout status deployment/{deployment}"), "not waited for"
    assert not rollout.said("undo"), "rolled back"


def failed_migration_rolls_nothing_out(place: Path, script: Path) -> None:
    rollout = roll_out(place, fail_at="wait --for=condition=complete", script=script)
    assert not rollout.said("name!=migrate"), "rolled out all the same"
    assert not rollout.said("rollout"), "rolled out all the same"
    assert rollout.status == 1, "a failed migration is no failure"


def what_does_not_become_ready_is_rolled_back(place: Path, script: Path) -> None:
    """All of it, not the one part alone: parts of two versions were never tried together."""
    for deployment in DEPLOYMENTS:
        (place / "calls").unlink(missing_ok=True)
        rollout = roll_out(place, fail_at=f"rollout status deployment/{deployment} ", script=script)
        assert rollout.status == 1, f"{deployment} is not ready, and nobody is told"
        assert len(rollout.said("rollout undo")) == len(DEPLOYMENTS), "not all rolled back"


def what_is_not_served_is_rolled_back(place: Path, script: Path) -> None:
    address = "https://vault.example.com"
    rollout = roll_out(place, script=script, site=address)
    assert (rollout.status, rollout.said("undo")) == (0, []), "a good one is rolled back"
    assert rollout.said(f"smoke {address}"), "not tried"
    (place / "calls").unlink()
    rollout = roll_out(place, fail_at="smoke ", script=script, site=address)
    assert rollout.status == 1, "not served, and nobody is told"
    assert len(rollout.said("rollout undo")) == len(DEPLOYMENTS), "what is not served goes on"


CHECKS = (
    migrates_and_then_rolls_out,
    failed_migration_rolls_nothing_out,
    what_does_not_become_ready_is_rolled_back,
    what_is_not_served_is_rolled_back,
)
FAULTS = [
    (migrates_and_then_rolls_out, "kube delete job migrate", "true delete job migrate", "left out"),
    (
        migrates_and_then_rolls_out,
        '    kube rollout status "deployment/$deployment" --timeout=10m ||',
        "    true ||",
        "not waited",
    ),
    (failed_migration_rolls_nothing_out, "    exit 1\nfi", "fi", "rolled out all the same"),
    (failed_migration_rolls_nothing_out, "    exit 1\nfi", "    exit 0\nfi", "is no failure"),
    (
        what_does_not_become_ready_is_rolled_back,
        '[ "${#failed[@]}" -eq 0 ] || roll_back',
        "true",
        "nobody is told",
    ),
    (
        what_does_not_become_ready_is_rolled_back,
        '    kube rollout undo "deployment/$deployment"',
        '    kube rollout undo "deployment/$deployment"; break',
        "not all rolled back",
    ),
    (what_is_not_served_is_rolled_back, '[ -n "$site" ] || exit 0', "exit 0", "not tried"),
    (
        what_is_not_served_is_rolled_back,
        '|| roll_back "Not served',
        '|| echo "Not served',
        "nobody is told",
    ),
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_script(tmp_path: Path, check: Check) -> None:
    check(tmp_path, ROOT / "deploy/rollout.sh")


@pytest.mark.parametrize(("check", "old", "new", "words"), FAULTS)
def test_the_fault_is_noticed(tmp_path: Path, check: Check, old: str, new: str, words: str) -> None:
    text = (ROOT / "deploy/rollout.sh").read_text()
    assert old in text
    script = tmp_path / "rollout.sh"
    script.write_text(text.replace(old, new))
    script.chmod(0o755)
    with pytest.raises(AssertionError, match=words):
        check(tmp_path, script)


Manifests = list[dict[str, Any]]


def each_thing_is_applied_in_its_turn(manifests: Manifests) -> None:
    """What the migration needs comes first; nothing is left out, and nothing comes twice."""
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


def test_turns(rendered: dict[str, str]) -> None:
    each_thing_is_applied_in_its_turn(documents(rendered["production"]))


@pytest.mark.parametrize(
    ("kind", "name", "label"),
    [("Job", "migrate", None), ("Deployment", "files", "migrate"), ("ConfigMap", "", "files")],
)
def test_turns_that_are_wrong(
    rendered: dict[str, str], kind: str, name: str, label: str | None
) -> None:
    manifests = documents(rendered["production"])
    thing = next(
        t for t in manifests if t["kind"] == kind and t["metadata"]["name"].startswith(name)
    )
    thing["metadata"]["labels"] = {"app.kubernetes.io/name": label} if label else {}
    with pytest.raises(AssertionError):
        each_thing_is_applied_in_its_turn(manifests)
