"""The manifests against Kubernetes' schemas, and render.py. See own/kubernetes.py."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra.kubernetes import (
    DIGEST,
    OUTPUTS,
    REPOSITORY,
    VERSION,
    documents,
    load_render,
    outputs_text,
)
from tests.infra.terraform import ENVIRONMENTS
from tests.infra.tools import ROOT, program

render = load_render()
IMAGE = f"{REPOSITORY}@{DIGEST}"
# What Kubernetes' own schemas do not have; looked at by own/kubernetes.py.
CUSTOM = {"TargetGroupBinding", "NodePool"}


def validate(text: str, place: Path) -> tuple[int, str]:
    """Hold manifests against Kubernetes' schemas; unknown kinds only make it warn."""
    file = place / "manifests.yaml"
    file.write_text(text)
    command = [program("kubernetes-validate"), "-k", VERSION, "--strict", str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return finished.returncode, finished.stdout + finished.stderr


def is_valid(text: str, place: Path) -> None:
    status, words = validate(text, place)
    assert status == 0, words
    unknown = [line for line in words.splitlines() if "Couldn't find schema" in line]
    assert all(any(kind in line for kind in CUSTOM) for line in unknown), unknown


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_valid(rendered: dict[str, str], tmp_path: Path, environment: str) -> None:
    is_valid(rendered[environment], tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("readinessProbe:", "readynessProbe:", "readynessProbe"),
        ("containerPort: 8000", "containerPort: http", "http"),
        ("kind: NetworkPolicy", "kind: NetworkPolice", "NetworkPolice"),
    ],
)
def test_the_validator_would_speak(
    rendered: dict[str, str], tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in rendered["dev"]
    with pytest.raises(AssertionError, match=words):
        is_valid(rendered["dev"].replace(old, new), tmp_path)


def cluster_is_strict(text: str) -> None:
    kinds = {thing["kind"]: thing for thing in documents(text)}
    labels = kinds["Namespace"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted", "pods may be root"
    policies = kinds["ConfigMap"]["data"]
    assert policies == {"enable-network-policy-controller": "true"}, "policies are not enforced"
    assert int(kinds["NodePool"]["spec"]["limits"]["cpu"]) <= 24, "too many nodes"


@pytest.fixture(scope="session")
def cluster() -> str:
    command = ["kubectl", "kustomize", str(ROOT / "deploy/cluster")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_cluster_is_valid_and_strict(cluster: str, tmp_path: Path) -> None:
    is_valid(cluster, tmp_path)
    cluster_is_strict(cluster)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("enforce: restricted", "enforce: privileged", "may be root"),
        ('controller: "true"', 'controller: "false"', "not enforced"),
        (r'cpu: "?24"?', "cpu: 240", "too many nodes"),
    ],
)
def test_a_laxer_cluster_is_noticed(cluster: str, old: str, new: str, words: str) -> None:
    spoilt = re.sub(old, new, cluster)
    assert spoilt != cluster
    with pytest.raises(AssertionError, match=words):
        cluster_is_strict(spoilt)


@pytest.mark.parametrize("image", [REPOSITORY, f"{REPOSITORY}:latest", f"{REPOSITORY}@sha256:1"])
def test_refuses_an_image_without_a_digest(image: str) -> None:
    with pytest.raises(render.RenderError, match="digest"):
        render.render(environment="dev", image=image, outputs=OUTPUTS)


def test_the_refusal_is_of_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a laxer pattern the tests above would fail."""
    monkeypatch.setattr(render, "IMAGE", re.compile(r"(?P<name>[^@]+)(@(?P<digest>.*))?"))
    assert render.kustomization(environment="dev", image=f"{REPOSITORY}:latest", outputs=OUTPUTS)


def setting_changes_the_name(render: Any) -> None:
    names = set()
    for bucket in ("one", "two"):
        text = render.render(environment="dev", image=IMAGE, outputs=OUTPUTS | {"bucket": bucket})
        (only,) = (thing for thing in documents(text) if thing["kind"] == "ConfigMap")
        names.add(only["metadata"]["name"])
    assert len(names) == 2, "pods would run on with the old settings"


def test_a_changed_setting_is_a_roll_out(monkeypatch: pytest.MonkeyPatch) -> None:
    setting_changes_the_name(render)
    made = render.kustomization

    def without_digest(**how: Any) -> Any:
        return made(**how) | {"generatorOptions": {"disableNameSuffixHash": True}}

    monkeypatch.setattr(render, "kustomization", without_digest)
    with pytest.raises(AssertionError, match="old settings"):
        setting_changes_the_name(render)


def test_refuses_outputs_of_something_else() -> None:
    with pytest.raises(render.RenderError, match="bucket"):
        render.read_outputs(outputs_text().replace('"bucket"', '"pail"'))


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(outputs_text())
    command = ["python3", str(ROOT / "deploy/render.py"), "--environment", "dev"]
    arguments = ["--image", IMAGE, "--outputs", str(file)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(documents(done.stdout)) > 20
    refused = subprocess.run(
        [*command, "--image", "x", "--outputs", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "digest" in refused.stderr
