"""Run the real terraform on a copy of infra/, with the offline provider."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infra.tools import PLACE, ROOT

ENVIRONMENTS = ("dev", "staging", "production")
SETTINGS = {
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",
    "TF_CLI_CONFIG_FILE": os.devnull,
    # Nothing is asked of AWS: the provider makes its answers up.
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'


@dataclass(frozen=True)
class Result:
    status: int
    output: str


@dataclass(frozen=True)
class Workspace:
    """A copy of infra/ that may be spoilt."""

    folder: Path

    @classmethod
    def copy(cls, place: Path) -> "Workspace":
        folder = place / "infra"
        shutil.copytree(ROOT / "infra", folder, ignore=shutil.ignore_patterns(".terraform*"))
        return cls(folder)

    def run(self, *arguments: str, inside: str = ".") -> Result:
        under = [str(PLACE / "checks/bin/python"), "-m", "tests.infra.offline_provider"]
        finished = subprocess.run(
            [*under, str(self.folder / inside), *arguments],
            cwd=ROOT,
            env=os.environ | SETTINGS,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Result(finished.returncode, finished.stdout + finished.stderr)

    def init(self, inside: str = ".") -> Result:
        return self.run("init", "-backend=false", "-input=false", "-no-color", inside=inside)

    def plan(self, environment: str) -> dict[str, Any]:
        """Return the plan of an environment from nothing, as `terraform show -json` gives it."""
        (self.folder / "backend_override.tf").write_text(LOCAL_STATE)
        self.succeed("init", "-input=false", "-reconfigure")
        file = f"{environment}.plan"
        self.succeed(
            "plan", f"-var-file=env/{environment}.tfvars", f"-out={file}", "-refresh=false"
        )
        shown = self.run("show", "-json", file)
        assert shown.status == 0, shown.output
        plan: dict[str, Any] = json.loads(shown.output)
        (self.folder / f"{environment}.json").write_text(shown.output)
        return plan

    def succeed(self, *arguments: str) -> None:
        result = self.run(*arguments, "-no-color")
        assert result.status == 0, result.output

    def replace(self, file: str, old: str, new: str) -> None:
        """Plant a fault."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new))


def resources(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a plan makes: values by address."""
    found: dict[str, dict[str, Any]] = {}
    pending = [plan["planned_values"]["root_module"]]
    while pending:
        module = pending.pop()
        pending.extend(module.get("child_modules", []))
        for resource in module.get("resources", []):
            if resource["mode"] == "managed":
                found[resource["address"]] = resource["values"] | {"type": resource["type"]}
    return found


def of_type(plan: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {at: values for at, values in resources(plan).items() if values["type"] == kind}
