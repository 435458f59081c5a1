"""compose.yaml: valid by the Compose Specification, whole, and near to the cluster."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.tools import ROOT, program

FILE = ROOT / "compose.yaml"
PARTS = {"accounts", "admin", "files", "notifications"}
SITE = {*PARTS, "worker", "scheduler", "migrate", "bucket"}


def schema_errors(file: Path) -> str:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
    return content


def test_is_valid() -> None:
    assert schema_errors(FILE) == ""


def test_the_schema_would_speak(tmp_path: Path) -> None:
    spoilt = tmp_path / "compose.yaml"
    spoilt.write_text(FILE.read_text().replace("depends_on: [s3]", "depends_upon: [s3]"))
    assert "depends_upon" in schema_errors(spoilt)


def test_each_part_has_its_role(services: dict[str, Any]) -> None:
    assert {name for name in PARTS if services[name]["environment"]["SERVICE"] == name} == PARTS
    assert "SERVICE" not in services["worker"]["environment"]


def test_the_site_runs_as_in_the_cluster(services: dict[str, Any]) -> None:
    for name in SITE:
        service = services[name]
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_nothing_listens_but_on_this_machine(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_mounted_and_waited_for_is_there(services: dict[str, Any]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (ROOT / source).is_file()
        assert set(service.get("depends_on", [])) <= services.keys()


def test_images_are_of_a_version(services: dict[str, Any]) -> None:
    """By tag: one's own machine. In the cluster, by digest (test_kubernetes.py)."""
    foreign = {name: service["image"] for name, service in services.items() if name not in SITE}
    assert all(re.search(r":v?\d", image) for image in foreign.values()), foreign


def test_prometheus_asks_every_part() -> None:
    content = yaml.safe_load((ROOT / "deploy/compose/prometheus.yml").read_text())
    ((job,),) = [content["scrape_configs"]]
    (group,) = job["static_configs"]
    assert set(group["targets"]) == {f"{name}:9100" for name in {*PARTS, "worker"}}


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    nginx = Path("/usr/sbin/nginx")
    if not nginx.exists():
        pytest.skip("install nginx")
    text = (ROOT / "deploy/compose/nginx.conf").read_text().replace("/tmp/", f"{tmp_path}/")
    file = tmp_path / "nginx.conf"
    file.write_text(text)
    command = [str(nginx), "-t", "-c", str(file), "-p", str(tmp_path)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
