"""Each part signs in to the database with a login of its own, and can read no other's password."""

import re

from devops360.database_roles import ROLES
from tests.infra.iam import allows
from tests.infra.kubernetes import OUTPUTS, pod_of
from tests.infra.own.iam import FOREIGN_SECRET, PREFIX, SECRETS, policies
from tests.infra.own.kubernetes import settings_of
from tests.infra.project import GONE, Complaints, Fault, Project, Values, check
from tests.infra.terraform import ENVIRONMENTS

# Whose login each has; the others that run have one of their own name.
BORROWED = {"scheduler": "worker"}
LOGIN = 'module.secrets.aws_secretsmanager_secret.login["{}"]'
REFERENCE = re.compile(r"\$\((\w+)\)")
ENTRYPOINT = "deploy/image/entrypoint.sh"


def secret_of(login: str) -> str:
    return f"{SECRETS}:devops360-production/database/{login}-a1b2c3"


def variables_of(pod: Values, settings: dict[str, str]) -> dict[str, str]:
    """Return what a pod's program finds: `env` comes before `envFrom`, and $(NAME) is one above."""
    (container,) = pod["spec"]["containers"]
    own: dict[str, str] = {}
    for entry in container.get("env", []):
        source = entry.get("valueFrom", {})
        if "configMapKeyRef" in source:
            value = settings[source["configMapKeyRef"]["key"]]
        elif "fieldRef" in source:
            label = re.fullmatch(r"metadata\.labels\['(.+)'\]", source["fieldRef"]["fieldPath"])
            value = pod["metadata"]["labels"][label[1]] if label else ""
        else:
            value = REFERENCE.sub(lambda found: own.get(found[1], found[0]), entry["value"])
        own[entry["name"]] = value
    return settings | own


@check
def everything_signs_in_with_its_own_login(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        settings = settings_of(project.manifests[environment])
        for thing in project.manifests[environment]:
            if not (pod := pod_of(thing)):
                continue
            name = thing["metadata"]["name"]
            wanted = OUTPUTS["login_secrets"] + BORROWED.get(name, name)
            if name == "migrate":
                wanted = OUTPUTS["database_secret_arn"]
            found = variables_of(pod, settings)["DATABASE_SECRET_ID"]
            if found != wanted:
                yield f"{environment}: {name} signs in with {found}, not {wanted}"


@check
def every_login_has_a_secret(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        secrets = project.of_type(environment, "aws_secretsmanager_secret")
        names = {at.split('"')[1]: secrets[at]["name"] for at in secrets if '"' in at}
        place = f"devops360-{environment}/database/"
        if names != {role: place + role for role in ROLES}:
            yield f"{environment}: secrets are {sorted(names.values())}"
    if 'database_roles --secrets "$DATABASE_LOGIN_SECRETS"' not in project.text(ENTRYPOINT):
        yield "nobody fills them"


@check
def a_password_is_read_by_whose_it_is(project: Project) -> Complaints:
    """The migration reads and writes all of them: it makes the logins."""
    found = policies(project)
    for login in ROLES:
        readers = {login, "migrate"} | {who for who, its in BORROWED.items() if its == login}
        for action, may in (("GetSecretValue", readers), ("PutSecretValue", {"migrate"})):
            allowed = {
                who
                for who, policy in found.items()
                if allows(policy, f"secretsmanager:{action}", secret_of(login))
            }
            if allowed != may:
                yield f"{action} of {login}: {sorted(allowed)}, and meant are {sorted(may)}"
    for who, policy in found.items():
        for action in ("PutSecretValue", "CreateSecret", "DeleteSecret"):
            if allows(policy, f"secretsmanager:{action}", FOREIGN_SECRET):
                yield f"{who} may {action} of anything"


FILES, MIGRATE = f'{PREFIX}files"]', f'{PREFIX}migrate"]'
FAULTS = (
    Fault(
        everything_signs_in_with_its_own_login,
        lambda p: p.with_manifest(
            "dev", "Deployment", "files", "spec.template.spec.containers.0.env.2", GONE
        ),
        "dev: files signs in with .*rds",
    ),
    Fault(
        everything_signs_in_with_its_own_login,
        lambda p: p.with_manifest(
            "dev",
            "CronJob",
            "scheduler",
            "spec.jobTemplate.spec.template.spec.containers.0.env.1.value",
            "$(DATABASE_LOGIN_SECRETS)scheduler",
        ),
        "scheduler signs in with .*/scheduler",
    ),
    Fault(
        everything_signs_in_with_its_own_login,
        # A reference to what stands below is left as it is.
        lambda p: p.with_manifest(
            "dev",
            "Deployment",
            "worker",
            "spec.template.spec.containers.0.env.0",
            {
                "name": "OTHER",
                "value": "",
            },
        ),
        r"worker signs in with \$\(DATABASE_LOGIN_SECRETS\)worker",
    ),
    Fault(
        every_login_has_a_secret,
        lambda p: p.without_resource("dev", LOGIN.format("worker")),
        "dev: secrets are",
    ),
    Fault(
        every_login_has_a_secret,
        lambda p: p.with_resource("dev", LOGIN.format("worker"), "name", "devops360-dev/workers"),
        "dev: secrets are",
    ),
    Fault(
        every_login_has_a_secret,
        lambda p: p.with_text(ENTRYPOINT, "database_roles --secrets", "database_roles #"),
        "nobody fills",
    ),
    Fault(
        a_password_is_read_by_whose_it_is,
        lambda p: p.with_words("production", FILES, "policy", "database/files", "database/admin"),
        r"GetSecretValue of admin: \['admin', 'files', 'migrate'\]",
    ),
    Fault(
        a_password_is_read_by_whose_it_is,
        lambda p: p.with_words("production", FILES, "policy", "DescribeSecret", "PutSecretValue"),
        r"PutSecretValue of files: \['files', 'migrate'\]",
    ),
    Fault(
        a_password_is_read_by_whose_it_is,
        lambda p: p.with_words("production", MIGRATE, "policy", secret_of("files"), f"{SECRETS}:*"),
        "migrate may PutSecretValue of anything",
    ),
)
