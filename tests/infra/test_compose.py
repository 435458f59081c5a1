"""compose.yaml and nginx.conf, as the Compose Specification and nginx see them. See own/compose.py.

No engine starts it here: infra/README.md says so.
"""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.infra.tools import ROOT, program

FILE = ROOT / "compose.yaml"


def schema_errors(file: Path) -> str:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


def resolved(text: str) -> str:
    """Return it as `docker compose config` would: without anchors and merges."""
    content = yaml.safe_load(text)
    assert not any("<<" in service for service in content["services"].values())
    return yaml.safe_dump(content)


def test_is_valid(tmp_path: Path) -> None:
    assert schema_errors(FILE) == ""
    whole = tmp_path / "compose.yaml"
    whole.write_text(resolved(FILE.read_text()))
    assert schema_errors(whole) == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("depends_on: [s3]", "depends_upon: [s3]", "depends_upon"),
        ("condition: service_healthy", "condition: service_well", "service_well"),
        ("stop_grace_period: 2m", "stop_grace_period: [2m]", "stop_grace_period"),
    ],
)
def test_the_schema_would_speak(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = FILE.read_text()
    assert old in text
    spoilt = tmp_path / "compose.yaml"
    spoilt.write_text(text.replace(old, new))
    assert words in schema_errors(spoilt)


def nginx_says(text: str, place: Path) -> str:
    """Return what nginx has against a configuration; "" for nothing."""
    nginx = Path("/usr/sbin/nginx")
    if not nginx.exists():
        pytest.skip("install nginx")
    file = place / "nginx.conf"
    file.write_text(text.replace("/tmp/", f"{place}/"))
    command = [str(nginx), "-t", "-c", str(file), "-p", str(place)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if finished.returncode == 0 else finished.stderr


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    assert nginx_says((ROOT / "deploy/compose/nginx.conf").read_text(), tmp_path) == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("client_max_body_size 0;", "client_max_body_sise 0;", "client_max_body_sise"),
        ("http://$part:8000", "http://$role:8000", "role"),
        ("listen 8080;", "listen 8080", "invalid parameter"),
    ],
)
def test_nginx_would_refuse(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (ROOT / "deploy/compose/nginx.conf").read_text()
    assert old in text
    assert words in nginx_says(text.replace(old, new), tmp_path)
