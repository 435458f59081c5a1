"""Run checkov offline, and say what it found."""

import json
import subprocess
from typing import Any

from tests.infra.tools import program


def checkov(*arguments: str) -> list[tuple[str, str]]:
    """Return what failed, as (check, where). Skips must carry a reason: that is asserted here."""
    # Without --skip-download it asks a server for more.
    options = ["--skip-download", "--compact", "--output", "json"]
    finished = subprocess.run(
        [program("checkov"), *arguments, *options],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.stdout.startswith(("{", "[")), finished.stdout + finished.stderr
    answer = json.loads(finished.stdout)
    reports: list[dict[str, Any]] = answer if isinstance(answer, list) else [answer]
    assert all("results" in report for report in reports), "checkov looked at nothing"
    failed = [check for report in reports for check in report["results"]["failed_checks"]]
    skipped = [check for report in reports for check in report["results"]["skipped_checks"]]
    assert all(len(check["check_result"]["suppress_comment"]) > 20 for check in skipped)
    return [(check["check_id"], f"{check['file_path']} {check['resource']}") for check in failed]
