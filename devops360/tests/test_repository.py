"""The repository keeps its promises: pinned requirements, documented variables."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("stem", ["requirements", "requirements-dev"])
def test_everything_asked_for_is_pinned_with_hashes(stem: str) -> None:
    asked = {
        canonical(found[1])
        for line in (ROOT / f"{stem}.in").read_text().splitlines()
        if (found := NAME.match(line)) and not line.startswith("-")
    }
    pins = re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+).*?\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
        (ROOT / f"{stem}.txt").read_text(),
        flags=re.MULTILINE,
    )
    pinned = {canonical(name) for name, _, _ in pins}
    assert asked <= pinned
    lines = (ROOT / f"{stem}.txt").read_text().splitlines()
    assert len(pins) == sum("==" in line and not line.startswith((" ", "#")) for line in lines)


def test_development_runs_on_the_versions_that_are_shipped() -> None:
    pins = re.compile(r"^([A-Za-z0-9._-]+==[^ ;]+)", re.MULTILINE)
    shipped = set(pins.findall((ROOT / "requirements.txt").read_text()))
    assert shipped <= set(pins.findall((ROOT / "requirements-dev.txt").read_text()))


def test_every_variable_that_is_read_is_documented() -> None:
    read = set()
    for name in ("devops360/settings.py", "gunicorn.conf.py"):
        source = (ROOT / name).read_text()
        read |= set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', source))
        read |= set(re.findall(r'environ\.get\(\s*"([A-Z0-9_]+)"', source))
    documented = set(
        re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text())
    )
    assert "DATABASE_URL" in read
    assert read <= documented


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (ROOT / "docs/security.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    folders = ("accounts", "files", "devops360", "notifications", "tests")
    written = {
        name
        for folder in folders
        for path in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert len(named) > 50
    assert sorted(named - written) == []
    # Checks of the infrastructure are no tests by name: tests/infra/test_own_checks.py runs them.
    checks = {
        name
        for path in (ROOT / "tests/infra").rglob("*.py")
        for name in re.findall(r"^def (\w+)", path.read_text(), re.MULTILINE)
    }
    of_infra = set(re.findall(r"`infra\.(\w+)`", page))
    assert len(of_infra) > 10
    assert sorted(of_infra - checks) == []
