"""The manifests: valid against Kubernetes' schemas, whole among themselves, and strict."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra.checkov import checkov
from tests.infra.kubernetes import (
    DIGEST,
    OUTPUTS,
    PARTS,
    REPOSITORY,
    VERSION,
    documents,
    load_render,
    outputs_text,
    pod_of,
)
from tests.infra.terraform import ENVIRONMENTS
from tests.infra.tools import ROOT, program

render = load_render()
# What Kubernetes' own schemas do not have; looked at by the tests below.
CUSTOM = {"TargetGroupBinding", "NodePool"}
Documents = list[dict[str, Any]]


@pytest.fixture(scope="session")
def rendered() -> dict[str, str]:
    image = f"{REPOSITORY}@{DIGEST}"
    return {
        environment: render.render(environment=environment, image=image, outputs=OUTPUTS)
        for environment in ENVIRONMENTS
    }


@pytest.fixture(params=ENVIRONMENTS)
def manifests(request: pytest.FixtureRequest, rendered: dict[str, str]) -> Documents:
    return documents(rendered[request.param])


def validate(text: str, place: Path) -> tuple[int, str]:
    """Hold manifests against Kubernetes' schemas; unknown kinds only make it warn."""
    file = place / "manifests.yaml"
    file.write_text(text)
    command = [program("kubernetes-validate"), "-k", VERSION, "--strict", str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return finished.returncode, finished.stdout + finished.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_valid(rendered: dict[str, str], tmp_path: Path, environment: str) -> None:
    status, words = validate(rendered[environment], tmp_path)
    assert status == 0, words
    unknown = [line for line in words.splitlines() if "Couldn't find schema" in line]
    assert all(any(kind in line for kind in CUSTOM) for line in unknown), unknown


def test_the_cluster_is_valid(tmp_path: Path) -> None:
    command = ["kubectl", "kustomize", str(ROOT / "deploy/cluster")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert validate(text, tmp_path)[0] == 0
    kinds = {thing["kind"]: thing for thing in documents(text)}
    labels = kinds["Namespace"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert kinds["ConfigMap"]["data"] == {"enable-network-policy-controller": "true"}
    assert int(kinds["NodePool"]["spec"]["limits"]["cpu"]) <= 24


def test_the_validator_would_speak(rendered: dict[str, str], tmp_path: Path) -> None:
    spoilt = rendered["dev"].replace("readinessProbe:", "readynessProbe:")
    assert validate(spoilt, tmp_path)[0] != 0


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_checkov_is_silent(rendered: dict[str, str], tmp_path: Path, environment: str) -> None:
    file = tmp_path / "manifests.yaml"
    file.write_text(rendered[environment])
    assert checkov("-f", str(file), "--framework", "kubernetes") == []


def test_checkov_would_speak(rendered: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "manifests.yaml"
    spoilt = rendered["dev"].replace("readOnlyRootFilesystem: true", "privileged: true")
    file.write_text(spoilt)
    found = {check for check, _ in checkov("-f", str(file), "--framework", "kubernetes")}
    assert {"CKV_K8S_16", "CKV_K8S_22"} <= found


def of_kind(manifests: Documents, kind: str) -> dict[str, dict[str, Any]]:
    return {thing["metadata"]["name"]: thing for thing in manifests if thing["kind"] == kind}


def pods(manifests: Documents) -> dict[str, dict[str, Any]]:
    """Return the pod template of everything that runs, by its name."""
    found = [(thing["metadata"]["name"], pod_of(thing)) for thing in manifests]
    return {name: pod for name, pod in found if pod}


def test_what_runs(manifests: Documents) -> None:
    assert set(of_kind(manifests, "Deployment")) == {*PARTS, "worker"}
    assert set(of_kind(manifests, "CronJob")) == {"scheduler"}
    assert set(of_kind(manifests, "Job")) == {"migrate"}
    assert all(thing["metadata"].get("namespace") == "devops360" for thing in manifests)


def test_images_are_named_by_digest(manifests: Documents) -> None:
    for pod in pods(manifests).values():
        for container in pod["spec"]["containers"]:
            assert container["image"] == f"{REPOSITORY}@{DIGEST}"


def test_every_pod_has_an_account_of_its_own(manifests: Documents) -> None:
    accounts = of_kind(manifests, "ServiceAccount")
    used = {name: pod["spec"]["serviceAccountName"] for name, pod in pods(manifests).items()}
    assert used == {name: name for name in accounts}
    assert not any(account["automountServiceAccountToken"] for account in accounts.values())


def test_every_pod_is_restricted(manifests: Documents) -> None:
    for name, pod in pods(manifests).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] >= 10_000, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            resources = container["resources"]
            assert {"cpu", "memory"} <= resources["requests"].keys(), name
            # A CPU limit would make it slow while the node idles.
            assert "memory" in resources["limits"], name
            assert "cpu" not in resources["limits"], name


def test_selectors_find_exactly_their_pods(manifests: Documents) -> None:
    """A Service, budget or Deployment whose selector finds nothing, or a stranger, is broken."""
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(manifests).items()}
    selecting = [
        (thing["metadata"]["name"], thing["spec"]["selector"])
        for thing in manifests
        if thing["kind"] in {"Service", "Deployment", "PodDisruptionBudget"}
    ]
    assert selecting
    for name, selector in selecting:
        wanted = selector.get("matchLabels", selector).items()
        found = [pod for pod, its in labels.items() if wanted <= its.items()]
        assert found == [name]


def test_services_lead_to_ports_that_pods_have(manifests: Documents) -> None:
    for name, service in of_kind(manifests, "Service").items():
        (port,) = service["spec"]["ports"]
        (container,) = pods(manifests)[name]["spec"]["containers"]
        named = {entry["name"]: entry["containerPort"] for entry in container["ports"]}
        assert named[port["targetPort"]] == 8000
        assert service["spec"]["type"] == "ClusterIP"


def test_each_part_is_bound_to_its_target_group(manifests: Documents) -> None:
    bindings = of_kind(manifests, "TargetGroupBinding")
    assert {
        name: (binding["spec"]["serviceRef"]["name"], binding["spec"]["targetGroupARN"])
        for name, binding in bindings.items()
    } == {part: (part, OUTPUTS["target_group_arns"][part]) for part in PARTS}


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_autoscalers_and_budgets_have_targets(rendered: dict[str, str], environment: str) -> None:
    manifests = documents(rendered[environment])
    deployments = of_kind(manifests, "Deployment")
    scalers = of_kind(manifests, "HorizontalPodAutoscaler")
    targets = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in scalers.values()}
    assert targets == set(deployments)
    # Two that set the number of pods would fight.
    assert not any("replicas" in deployment["spec"] for deployment in deployments.values())
    for name, budget in of_kind(manifests, "PodDisruptionBudget").items():
        assert budget["spec"]["maxUnavailable"] == 1
        assert scalers[name]["spec"]["minReplicas"] >= 2


def test_probes(manifests: Documents) -> None:
    for part in PARTS:
        (container,) = pods(manifests)[part]["spec"]["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["startupProbe"]["httpGet"]["path"] == "/livez"
    (worker,) = pods(manifests)["worker"]["spec"]["containers"]
    assert worker["livenessProbe"]["exec"]["command"] == ["python", "deploy/image/healthcheck.py"]


def test_no_request_fails_while_pods_change(manifests: Documents) -> None:
    """docs/operate/health.md: the pod outlives its draining and the balancer's deregistration."""
    settings = settings_of(manifests)
    for part in PARTS:
        deployment = of_kind(manifests, "Deployment")[part]
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        leaving = int(settings["DRAIN_SECONDS"]) + int(settings["GRACEFUL_SECONDS"])
        assert grace >= leaving + 5


def settings_of(manifests: Documents) -> dict[str, str]:
    (only,) = (thing for thing in manifests if thing["kind"] == "ConfigMap")
    data: dict[str, str] = only["data"]
    return data


def test_a_changed_setting_is_a_roll_out() -> None:
    image = f"{REPOSITORY}@{DIGEST}"
    names = set()
    for bucket in ("one", "two"):
        text = render.render(environment="dev", image=image, outputs=OUTPUTS | {"bucket": bucket})
        (only,) = (thing for thing in documents(text) if thing["kind"] == "ConfigMap")
        names.add(only["metadata"]["name"])
    assert len(names) == 2


def test_no_secret_is_in_a_manifest(manifests: Documents) -> None:
    assert not of_kind(manifests, "Secret")
    settings = settings_of(manifests)
    for name in ("SECRET_KEY", "EMAIL_URL", "VAPID_PRIVATE_KEY"):
        assert name not in settings
    assert "@" not in settings["DATABASE_URL"]


def test_policies_close_everything_first(manifests: Documents) -> None:
    policies = of_kind(manifests, "NetworkPolicy")
    nothing = policies["nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    labels = [pod["metadata"]["labels"].items() for pod in pods(manifests).values()]
    for policy in policies.values():
        wanted = policy["spec"]["podSelector"].get("matchLabels", {}).items()
        assert any(wanted <= its for its in labels), policy["metadata"]["name"]
        for rule in policy["spec"].get("egress", []):
            for peer in rule["to"]:
                block = peer.get("ipBlock", {})
                if block.get("cidr") == "0.0.0.0/0":
                    # The metadata address would hand out the node's own role.
                    assert "169.254.0.0/16" in block["except"]


@pytest.mark.parametrize("image", [REPOSITORY, f"{REPOSITORY}:latest", f"{REPOSITORY}@sha256:1"])
def test_refuses_an_image_without_a_digest(image: str) -> None:
    with pytest.raises(render.RenderError, match="digest"):
        render.render(environment="dev", image=image, outputs=OUTPUTS)


def test_refuses_outputs_of_something_else() -> None:
    with pytest.raises(render.RenderError, match="bucket"):
        render.read_outputs(outputs_text().replace('"bucket"', '"pail"'))


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(outputs_text())
    command = ["python3", str(ROOT / "deploy/render.py"), "--environment", "dev"]
    arguments = ["--image", f"{REPOSITORY}@{DIGEST}", "--outputs", str(file)]
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
