"""The learner's own work: what it is, asked of the real programs."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.infra.terraform import LOCAL_STATE, SETTINGS
from tests.infra.tools import PLACE, ROOT, install, missing

WORK = Path(os.environ.get("PRACTICE_DIR") or ROOT / "var/practice")


def plan_of(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """Return the plan of somebody's Terraform, or None and what is wrong with it."""
    if not (folder / "main.tf").exists():
        return None, f"Write {folder}/main.tf: terraform's files are read from there."
    if missing():
        return None, f"Install {' and '.join(missing())}."
    install()
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "work"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".terraform*"))
        (copy / "backend_override.tf").write_text(LOCAL_STATE)
        for words in (["init"], ["plan", "-out=plan"], ["show", "-json", "plan"]):
            done = _terraform(copy, *words)
            if done.returncode:
                return None, f"terraform {words[0]} says:\n{done.stdout}{done.stderr}".rstrip()
        plan: dict[str, Any] = json.loads(done.stdout)
        return plan, ""


def _terraform(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    python = str(PLACE / "checks/bin/python")
    plain = ["-no-color"] if words[0] != "show" else []
    return subprocess.run(
        [python, "-m", "tests.infra.offline_provider", str(folder), *words[:1], *plain, *words[1:]],
        cwd=ROOT,
        env=os.environ | SETTINGS | {"TF_INPUT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def rendered(overlay: str) -> tuple[list[dict[str, Any]] | None, str]:
    """Return what an overlay consists of, or None and what is wrong with it."""
    folder = ROOT / "deploy/overlays" / overlay
    if not folder.exists():
        return None, f"Make {folder.relative_to(ROOT)}/kustomization.yaml over ../../base."
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None, f"kubectl kustomize says:\n{done.stderr.strip()}"
    return [thing for thing in yaml.safe_load_all(done.stdout) if thing], ""
