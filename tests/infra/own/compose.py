"""compose.yaml: whole, and near to the cluster."""

import re
from typing import Any

from tests.infra.kubernetes import pod_of
from tests.infra.project import Complaints, Fault, Project, check, differs
from tests.infra.tools import ROOT

PARTS = {"accounts", "admin", "files", "notifications"}
SITE = {*PARTS, "worker", "scheduler", "migrate", "bucket"}
PROMETHEUS = "deploy/compose/prometheus.yml"
TRIED = "deploy/image/build-and-try.sh"


def services(project: Project) -> dict[str, Any]:
    content: dict[str, Any] = project.yaml("compose.yaml")["services"]
    return content


@check
def each_part_has_its_role(project: Project) -> Complaints:
    found = services(project)
    for name in sorted(PARTS):
        yield from differs(name, found[name]["environment"], SERVICE=name)
    if "SERVICE" in found["worker"]["environment"]:
        yield "the worker is a part of the site"


@check
def the_site_runs_as_in_the_cluster(project: Project) -> Complaints:
    found = services(project)
    for name in sorted(SITE):
        yield from differs(name, found[name], user="10001:10001", read_only=True, cap_drop=["ALL"])


@check
def nothing_listens_but_on_this_machine(project: Project) -> Complaints:
    for name, service in services(project).items():
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield f"{name} listens on {port}"


@check
def what_is_mounted_and_waited_for_is_there(project: Project) -> Complaints:
    found = services(project)
    for name, service in found.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not (ROOT / source).is_file():
                yield f"{name} mounts {source}, which is not there"
        for other in sorted(set(service.get("depends_on", [])) - found.keys()):
            yield f"{name} waits for {other}, which is not there"


@check
def images_are_of_a_version(project: Project) -> Complaints:
    """By tag: one's own machine. In the cluster, by digest (own/kubernetes.py)."""
    for name, service in services(project).items():
        if name not in SITE and not re.search(r":v?\d", service["image"]):
            yield f"{name} is of no version: {service['image']}"


@check
def prometheus_asks_every_part(project: Project) -> Complaints:
    content = project.yaml(PROMETHEUS)
    ((job,),) = [content["scrape_configs"]]
    (group,) = job["static_configs"]
    wanted = {f"{name}:9100" for name in {*PARTS, "worker"}}
    if set(group["targets"]) != wanted:
        yield f"Prometheus does not ask {sorted(wanted - set(group['targets']))}"


@check
def commands_are_those_that_were_tried(project: Project) -> Complaints:
    """No engine starts compose.yaml in our tests: so it says nothing that was not run elsewhere.

    Roles are run in the image by build-and-try.sh, and by the cluster's manifests alike.
    """
    tried = set(re.findall(r"^(?:role|start) (\w+)", project.text(TRIED), re.MULTILINE))
    cluster = {
        argument
        for pod in filter(None, map(pod_of, project.manifests["production"]))
        for argument in pod["spec"]["containers"][0]["args"]
    }
    for name in sorted(SITE - {"bucket"}):
        service = services(project)[name]
        # The image's own is web; the scheduler's is in a loop.
        said = " ".join([*service.get("entrypoint", []), *service.get("command", ["web"])])
        role = "scheduler" if "entrypoint.sh scheduler" in said else said
        if role not in tried or role not in cluster:
            yield f"{name} runs {said!r}, which nothing has tried"


@check
def nginx_and_health_checks_ask_where_the_site_listens(project: Project) -> Complaints:
    dockerfile = project.text("Dockerfile")
    port = re.search(r"PORT=(\d+)", dockerfile)
    asked = re.search(r"proxy_pass http://\$part:(\d+);", project.text("deploy/compose/nginx.conf"))
    if not port or not asked or port[1] != asked[1]:
        yield "nginx asks another port than the image listens on"
    published = services(project)["nginx"]["ports"][0].split(":")
    listening = re.search(r"listen (\d+);", project.text("deploy/compose/nginx.conf"))
    if not listening or published[-1] != listening[1]:
        yield "another port is published than nginx listens on"
    url = project.yaml("compose.yaml")["x-site"]["environment"]["SITE_URL"]
    if url != f"http://localhost:{published[1]}":
        yield f"SITE_URL is {url}, and people find it at port {published[1]}"


def _text(old: str, new: str, path: str = "compose.yaml") -> Any:
    return lambda project: project.with_text(path, old, new)


FAULTS = (
    Fault(each_part_has_its_role, _text("SERVICE: files", "SERVICE: admin"), "SERVICE is 'admin'"),
    Fault(
        each_part_has_its_role,
        _text(
            "    command: [worker]",
            "    command: [worker]\n    environment: {<<: *settings, SERVICE: files}",
        ),
        "the worker is a part",
    ),
    Fault(
        the_site_runs_as_in_the_cluster,
        _text('  user: "10001:10001"', '  user: "0:0"'),
        "user is '0:0'",
    ),
    Fault(
        the_site_runs_as_in_the_cluster,
        _text("    command: [worker]", "    command: [worker]\n    read_only: false"),
        "worker: read_only",
    ),
    Fault(
        nothing_listens_but_on_this_machine,
        _text('"127.0.0.1:8025:8025"', '"8025:8025"'),
        "mail listens on 8025:8025",
    ),
    Fault(
        what_is_mounted_and_waited_for_is_there,
        _text("./deploy/compose/bucket.py", "./deploy/compose/pail.py"),
        "pail.py, which is not there",
    ),
    Fault(
        what_is_mounted_and_waited_for_is_there,
        _text("depends_on: [s3]", "depends_on: [s4]"),
        "waits for s4",
    ),
    Fault(
        images_are_of_a_version,
        _text("postgres:17-alpine", "postgres:latest"),
        "postgres is of no version",
    ),
    Fault(
        prometheus_asks_every_part,
        _text("          - worker:9100\n", "", PROMETHEUS),
        "worker:9100",
    ),
    Fault(
        commands_are_those_that_were_tried,
        _text("    command: [worker]", "    command: [manage, worker]"),
        "worker runs 'manage worker'",
    ),
    Fault(
        commands_are_those_that_were_tried,
        _text("start worker\n", "", TRIED),
        "worker runs 'worker', which nothing has tried",
    ),
    Fault(
        nginx_and_health_checks_ask_where_the_site_listens,
        _text("http://$part:8000", "http://$part:80", "deploy/compose/nginx.conf"),
        "another port than the image",
    ),
    Fault(
        nginx_and_health_checks_ask_where_the_site_listens,
        _text("127.0.0.1:8080:8080", "127.0.0.1:8080:80"),
        "another port is published",
    ),
    Fault(
        nginx_and_health_checks_ask_where_the_site_listens,
        _text("SITE_URL: http://localhost:8080", "SITE_URL: http://localhost:8000"),
        "people find it at port 8080",
    ),
)
