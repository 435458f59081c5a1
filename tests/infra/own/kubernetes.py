"""The manifests: whole among themselves, and strict."""

from tests.infra.kubernetes import DIGEST, OUTPUTS, PARTS, REPOSITORY, pod_of
from tests.infra.project import GONE, Complaints, Documents, Fault, Project, Values, check, differs
from tests.infra.terraform import ENVIRONMENTS

CONTAINER = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
SECRETS = ("SECRET_KEY", "EMAIL_URL", "VAPID_PRIVATE_KEY")


def pods(manifests: Documents) -> dict[str, Values]:
    """Return the pod template of everything that runs, by its name."""
    found = [(thing["metadata"]["name"], pod_of(thing)) for thing in manifests]
    return {name: pod for name, pod in found if pod}


def settings_of(manifests: Documents) -> dict[str, str]:
    (only,) = (thing for thing in manifests if thing["kind"] == "ConfigMap")
    data: dict[str, str] = only["data"]
    return data


@check
def everything_runs_that_should(project: Project) -> Complaints:
    wanted = {"Deployment": {*PARTS, "worker"}, "CronJob": {"scheduler"}, "Job": {"migrate"}}
    for environment in ENVIRONMENTS:
        for kind, names in wanted.items():
            found = project.of_kind(environment, kind).keys()
            if found != names:
                yield f"{environment}: {kind}: {sorted(found ^ names)}"
        for thing in project.manifests[environment]:
            if thing["metadata"].get("namespace") != "devops360":
                yield f"{environment}: {thing['metadata']['name']} is in another namespace"


@check
def images_are_named_by_digest(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for name, pod in pods(project.manifests[environment]).items():
            for container in pod["spec"]["containers"]:
                if container["image"] != f"{REPOSITORY}@{DIGEST}":
                    yield f"{environment}: {name} runs {container['image']}"


@check
def every_pod_has_an_account_of_its_own(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        accounts = project.of_kind(environment, "ServiceAccount")
        running = pods(project.manifests[environment])
        for name, pod in running.items():
            if pod["spec"]["serviceAccountName"] != name or name not in accounts:
                yield f"{environment}: {name} runs as {pod['spec']['serviceAccountName']}"
        for name, account in accounts.items():
            if name not in running:
                yield f"{environment}: nothing runs as {name}"
            if account["automountServiceAccountToken"]:
                yield f"{environment}: {name} may talk to Kubernetes"


@check
def every_pod_is_restricted(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for name, pod in pods(project.manifests[environment]).items():
            yield from _open_of(f"{environment}: {name}", pod["spec"])


def _open_of(where: str, spec: Values) -> Complaints:
    yield from differs(where, spec, automountServiceAccountToken=False)
    security = spec["securityContext"]
    yield from differs(
        where, security, runAsNonRoot=True, seccompProfile={"type": "RuntimeDefault"}
    )
    if security["runAsUser"] < 10_000:
        yield f"{where}: runs as {security['runAsUser']}, who may be a person of the node"
    for container in spec["containers"]:
        yield from differs(where, container, securityContext=CONTAINER)
        resources = container["resources"]
        for name in sorted({"cpu", "memory"} - resources["requests"].keys()):
            yield f"{where}: requests no {name}"
        # A CPU limit would make it slow while the node idles.
        if resources["limits"].keys() & {"cpu", "memory"} != {"memory"}:
            yield f"{where}: limits are {resources['limits']}, not of memory alone"


@check
def selectors_find_exactly_their_pods(project: Project) -> Complaints:
    """A Service, budget or Deployment whose selector finds nothing, or a stranger, is broken."""
    for environment in ENVIRONMENTS:
        manifests = project.manifests[environment]
        labels = {name: pod["metadata"]["labels"] for name, pod in pods(manifests).items()}
        for thing in manifests:
            if thing["kind"] not in {"Service", "Deployment", "PodDisruptionBudget"}:
                continue
            name, selector = thing["metadata"]["name"], thing["spec"]["selector"]
            wanted = selector.get("matchLabels", selector).items()
            found = [pod for pod, its in labels.items() if wanted <= its.items()]
            if found != [name]:
                yield f"{environment}: {thing['kind']} {name} selects {found}"


@check
def services_lead_to_ports_that_pods_have(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        running = pods(project.manifests[environment])
        for name, service in project.of_kind(environment, "Service").items():
            (port,) = service["spec"]["ports"]
            (container,) = running[name]["spec"]["containers"]
            named = {entry["name"]: entry["containerPort"] for entry in container["ports"]}
            if named.get(port["targetPort"]) != 8000:
                yield f"{environment}: {name} leads to {port['targetPort']}"
            yield from differs(f"{environment}: {name}", service["spec"], type="ClusterIP")


@check
def each_part_is_bound_to_its_target_group(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        bindings = project.of_kind(environment, "TargetGroupBinding")
        if bindings.keys() != set(PARTS):
            yield f"{environment}: bound are {sorted(bindings)}"
        for name, binding in bindings.items():
            arn = OUTPUTS["target_group_arns"][name]
            yield from differs(f"{environment}: {name}", binding["spec"], targetGroupARN=arn)
            yield from differs(f"{environment}: {name}", binding["spec"]["serviceRef"], name=name)


@check
def autoscalers_and_budgets_have_targets(project: Project) -> Complaints:
    for environment in ("staging", "production"):
        deployments = project.of_kind(environment, "Deployment")
        scalers = project.of_kind(environment, "HorizontalPodAutoscaler")
        targets = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in scalers.values()}
        if targets != deployments.keys():
            yield f"{environment}: not scaled: {sorted(targets ^ deployments.keys())}"
        for name, deployment in deployments.items():
            # Two that set the number of pods would fight.
            if "replicas" in deployment["spec"]:
                yield f"{environment}: {name} has replicas as well as an autoscaler"
        budgets = project.of_kind(environment, "PodDisruptionBudget")
        for name, budget in budgets.items():
            yield from differs(f"{environment}: {name}", budget["spec"], maxUnavailable=1)
            if name in scalers and scalers[name]["spec"]["minReplicas"] < 2:
                yield f"{environment}: {name} is one pod alone, and is gone with its node"


@check
def probes_ask_what_they_should(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        running = pods(project.manifests[environment])
        for part in PARTS:
            (container,) = running[part]["spec"]["containers"]
            for probe, path in (
                ("livenessProbe", "/livez"),
                ("readinessProbe", "/readyz"),
                ("startupProbe", "/livez"),
            ):
                asked = container.get(probe, {}).get("httpGet", {}).get("path")
                if asked != path:
                    yield f"{environment}: {part}: {probe} asks {asked}"
        (worker,) = running["worker"]["spec"]["containers"]
        command = ["python", "deploy/image/healthcheck.py"]
        yield from differs(
            f"{environment}: worker", worker["livenessProbe"]["exec"], command=command
        )


@check
def no_request_fails_while_pods_change(project: Project) -> Complaints:
    """docs/operate/health.md: the pod outlives its draining and the balancer's deregistration."""
    for environment in ENVIRONMENTS:
        settings = settings_of(project.manifests[environment])
        leaving = int(settings["DRAIN_SECONDS"]) + int(settings["GRACEFUL_SECONDS"])
        for part in PARTS:
            spec = project.of_kind(environment, "Deployment")[part]["spec"]
            update = spec["strategy"]["rollingUpdate"]
            yield from differs(f"{environment}: {part}", update, maxUnavailable=0)
            if spec["template"]["spec"]["terminationGracePeriodSeconds"] < leaving + 5:
                yield f"{environment}: {part} is killed before it has left"


@check
def no_secret_is_in_a_manifest(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for name in project.of_kind(environment, "Secret"):
            yield f"{environment}: Secret {name}"
        settings = settings_of(project.manifests[environment])
        for name in SECRETS:
            if name in settings:
                yield f"{environment}: {name} is in the settings"
        if "@" in settings["DATABASE_URL"]:
            yield f"{environment}: DATABASE_URL has a user"


@check
def policies_close_everything_first(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        policies = project.of_kind(environment, "NetworkPolicy")
        everything = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        if policies.get("nothing", {}).get("spec") != everything:
            yield f"{environment}: what no policy names is open"
        running = pods(project.manifests[environment]).values()
        labels = [pod["metadata"]["labels"].items() for pod in running]
        for name, policy in policies.items():
            wanted = policy["spec"]["podSelector"].get("matchLabels", {}).items()
            if not any(wanted <= its for its in labels):
                yield f"{environment}: {name} is about no pod"
            peers = [peer for rule in policy["spec"].get("egress", []) for peer in rule["to"]]
            for block in (peer.get("ipBlock", {}) for peer in peers):
                # The metadata address would hand out the node's own role.
                open_wide = block.get("cidr") == "0.0.0.0/0"
                if open_wide and "169.254.0.0/16" not in block.get("except", []):
                    yield f"{environment}: {name} lets pods ask for the node's role"


SITE = "spec.template.spec"
CONTAINERS = f"{SITE}.containers.0"
FAULTS = (
    Fault(
        everything_runs_that_should,
        lambda p: p.without_manifest("production", "CronJob", "scheduler"),
        "CronJob.*scheduler",
    ),
    Fault(
        everything_runs_that_should,
        lambda p: p.with_manifest("dev", "Service", "files", "metadata.namespace", "default"),
        "files is in another namespace",
    ),
    Fault(
        images_are_named_by_digest,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", f"{CONTAINERS}.image", f"{REPOSITORY}:latest"
        ),
        "files runs .*:latest",
    ),
    Fault(
        every_pod_has_an_account_of_its_own,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", f"{SITE}.serviceAccountName", "worker"
        ),
        "files runs as worker",
    ),
    Fault(
        every_pod_has_an_account_of_its_own,
        lambda p: p.with_manifest("dev", "ServiceAccount", "files", "metadata.name", "archive"),
        "nothing runs as archive",
    ),
    Fault(
        every_pod_has_an_account_of_its_own,
        lambda p: p.with_manifest(
            "dev", "ServiceAccount", "files", "automountServiceAccountToken", True
        ),
        "files may talk to Kubernetes",
    ),
    Fault(
        every_pod_is_restricted,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", f"{SITE}.securityContext.runAsNonRoot", False
        ),
        "runAsNonRoot",
    ),
    Fault(
        every_pod_is_restricted,
        lambda p: p.with_manifest(
            "dev", "Deployment", "worker", f"{SITE}.securityContext.runAsUser", 0
        ),
        "runs as 0",
    ),
    Fault(
        every_pod_is_restricted,
        lambda p: p.with_manifest(
            "dev", "Deployment", "worker", f"{CONTAINERS}.securityContext.capabilities", GONE
        ),
        "securityContext",
    ),
    Fault(
        every_pod_is_restricted,
        lambda p: p.with_manifest(
            "dev", "Job", "migrate", f"{CONTAINERS}.resources.requests.memory", GONE
        ),
        "requests no memory",
    ),
    Fault(
        every_pod_is_restricted,
        lambda p: p.with_manifest(
            "dev", "Deployment", "admin", f"{CONTAINERS}.resources.limits.cpu", "1"
        ),
        "not of memory alone",
    ),
    Fault(
        selectors_find_exactly_their_pods,
        lambda p: p.with_manifest(
            "dev", "Service", "files", "spec.selector", {"app.kubernetes.io/name": "archive"}
        ),
        r"Service files selects \[\]",
    ),
    Fault(
        services_lead_to_ports_that_pods_have,
        lambda p: p.with_manifest("dev", "Service", "files", "spec.ports.0.targetPort", "metrics"),
        "files leads to metrics",
    ),
    Fault(
        services_lead_to_ports_that_pods_have,
        lambda p: p.with_manifest("dev", "Service", "files", "spec.type", "LoadBalancer"),
        "LoadBalancer",
    ),
    Fault(
        each_part_is_bound_to_its_target_group,
        lambda p: p.with_manifest(
            "dev", "TargetGroupBinding", "files", "spec.serviceRef.name", "accounts"
        ),
        "name is 'accounts', not 'files'",
    ),
    Fault(
        each_part_is_bound_to_its_target_group,
        lambda p: p.without_manifest("dev", "TargetGroupBinding", "files"),
        "bound are",
    ),
    Fault(
        autoscalers_and_budgets_have_targets,
        lambda p: p.without_manifest("production", "HorizontalPodAutoscaler", "worker"),
        "not scaled.*worker",
    ),
    Fault(
        autoscalers_and_budgets_have_targets,
        lambda p: p.with_manifest("production", "Deployment", "files", "spec.replicas", 2),
        "replicas as well",
    ),
    Fault(
        autoscalers_and_budgets_have_targets,
        lambda p: p.with_manifest(
            "production", "HorizontalPodAutoscaler", "files", "spec.minReplicas", 1
        ),
        "one pod alone",
    ),
    Fault(
        probes_ask_what_they_should,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", f"{CONTAINERS}.livenessProbe.httpGet.path", "/readyz"
        ),
        "livenessProbe asks /readyz",
    ),
    Fault(
        probes_ask_what_they_should,
        lambda p: p.with_manifest(
            "dev", "Deployment", "worker", f"{CONTAINERS}.livenessProbe.exec.command", ["true"]
        ),
        "worker: command",
    ),
    Fault(
        no_request_fails_while_pods_change,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", "spec.strategy.rollingUpdate.maxUnavailable", 1
        ),
        "maxUnavailable",
    ),
    Fault(
        no_request_fails_while_pods_change,
        lambda p: p.with_manifest("dev", "ConfigMap", "settings", "data.DRAIN_SECONDS", "300"),
        "killed before",
    ),
    Fault(
        no_secret_is_in_a_manifest,
        lambda p: p.with_manifest("dev", "ConfigMap", "settings", "data.SECRET_KEY", "k"),
        "SECRET_KEY is in the settings",
    ),
    Fault(
        no_secret_is_in_a_manifest,
        lambda p: p.with_manifest(
            "dev", "ConfigMap", "settings", "data.DATABASE_URL", "postgres://u:p@h"
        ),
        "has a user",
    ),
    Fault(
        no_secret_is_in_a_manifest,
        lambda p: p.with_manifest("dev", "Service", "files", "kind", "Secret"),
        "Secret files",
    ),
    Fault(
        policies_close_everything_first,
        lambda p: p.without_manifest("production", "NetworkPolicy", "nothing"),
        "no policy names is open",
    ),
    Fault(
        policies_close_everything_first,
        lambda p: p.with_manifest(
            "dev", "NetworkPolicy", "worker", "spec.podSelector.matchLabels", {"app": "x"}
        ),
        "worker is about no pod",
    ),
    Fault(
        policies_close_everything_first,
        lambda p: p.with_manifest(
            "dev", "NetworkPolicy", "worker", "spec.egress.0.to.0.ipBlock.except", []
        ),
        "node's role",
    ),
)
