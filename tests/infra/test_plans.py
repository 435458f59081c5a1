"""What must not come to a plan, and that a file's fault is seen in it. See own/plans.py."""

import re

import pytest

from tests.infra.iam import allows
from tests.infra.own.iam import BUCKET, PREFIX
from tests.infra.own.modules import MODULE
from tests.infra.own.plans import CAPS
from tests.infra.project import Project
from tests.infra.terraform import Workspace, of_type


def test_a_fault_in_a_file_is_seen_in_the_plan(spoilt: Workspace) -> None:
    """What own/*.py is tried with in memory, once from the file to the plan."""
    spoilt.replace("env/dev.tfvars", "nat_gateway_count       = 1", "nat_gateway_count       = 2")
    spoilt.replace("modules/workload_identity/main.tf", '"${var.bucket_arn}/${prefix}/*"', '"*"')
    plan = spoilt.plan("dev")
    assert len(of_type(plan, "aws_nat_gateway")) > CAPS["dev"]["aws_nat_gateway"]
    policy = of_type(plan, "aws_iam_role_policy")[f'{PREFIX}files"]']["policy"]
    assert allows(policy, "s3:GetObject", f"{BUCKET}/elsewhere")


# A wrong value of each variable of infra/variables.tf that can be wrong.
WRONG = {
    "account_id": '"12"',
    "alarm_email": '"nobody"',
    "api_public_access_cidrs": '["0.0.0.0/0"]',
    "availability_zone_count": "1",
    "cluster_admin_arns": '["root"]',
    "database_instance_class": '"db.r7g.16xlarge"',
    "deploy_role_arn": '"deployer"',
    "domain_name": '"https://vault"',
    "environment": '"test"',
    "kubernetes_version": '"1.20"',
    "interface_endpoints": '["s3"]',
    "log_retention_days": "13",
    "monthly_budget_usd": "0",
    "nat_gateway_count": "9",
    "network_cidr": '"10.20.0.0/24"',
    "pipeline_connection_arn": '"github"',
    "pipeline_repository": '"devops360"',
    "project": '"DevOps 360"',
    "region": '"Frankfurt"',
    "ses_identity": '"https://vault"',
    "sms_monthly_limit_usd": "5000",
    "zone_id": '"example.com"',
}
# And of each variable of a module that can be wrong, by its name.
WRONG_IN_MODULES = WRONG | {
    "admin_arns": '["root"]',
    "backup_days": "1",
    "cidr": '"10.20.0.0/24"',
    "connection_arn": '"github"',
    "description": '""',
    "inbound_url": '"http://vault.example.com/"',
    "instance_class": '"large"',
    "kubernetes_version": '"latest"',
    "name": '"DevOps 360"',
    "namespace": '"DevOps 360"',
    "old_copies_for": "0",
    "port": "80",
    "public_access_cidrs": '["0.0.0.0/0"]',
    "recovery_days": "1",
    "repository": '"devops360"',
    "services": '["example.com"]',
    "site_origin": '"http://vault.example.com"',
    "zone_count": "1",
}
# modules/alb: what each part serves, none of which takes the rest.
NO_DEFAULT = '{ accounts = ["/account/*"] }'
SOUND = {"string": '"x"', "bool": "true", "number": "1", "list": "[]", "map": "{}", "set": "[]"}


def validated(path: str) -> dict[str, str]:
    """Return the variables of a file: the kind of each, and "" for one that is validated."""
    text = Project({}, {}).text(path)
    found = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    kinds = {}
    for name, body in found:
        kind = re.search(r"^  type\s+= (\w+)", body, re.MULTILINE)
        assert kind
        kinds[name] = "" if "  validation {" in body else kind[1]
    return kinds


def test_wrong_values_are_refused(spoilt: Workspace) -> None:
    """Each is told of in words, all in one plan."""
    kinds = validated("infra/variables.tf")
    assert {name for name, kind in kinds.items() if not kind} - {"force_destroy"} == WRONG.keys()
    lines = [f"{name} = {value}" for name, value in WRONG.items()]
    (spoilt.folder / "env/dev.tfvars").write_text("\n".join(lines))
    with pytest.raises(AssertionError) as refusal:
        spoilt.plan("dev")
    said = " ".join(str(refusal.value).split())
    for name in WRONG:
        assert f'variable "{name}"' in said or f"var.{name} " in said, f"{name} in {said}"


def test_production_refuses_to_throw_files_away(spoilt: Workspace) -> None:
    spoilt.replace("env/production.tfvars", "alarm_email", "force_destroy = true\nalarm_email")
    with pytest.raises(AssertionError) as refusal:
        spoilt.plan("production")
    assert "force_destroy is refused there" in " ".join(str(refusal.value).split())


def test_modules_refuse_wrong_values_by_themselves(spoilt: Workspace) -> None:
    place = spoilt.folder / "wrong"
    place.mkdir()
    calls, wanted = [], []
    for path in Project({}, {}).files(f"{MODULE}*/variables.tf"):
        module = path.split("/")[2]
        lines = [f'  source = "../modules/{module}"']
        for name, kind in validated(path).items():
            if not kind:
                value = (
                    NO_DEFAULT if (module, name) == ("alb", "services") else WRONG_IN_MODULES[name]
                )
                wanted.append((module, name))
            elif kind == "object":
                continue
            else:
                value = SOUND[kind]
            lines.append(f"  {name} = {value}")
        # The one object is what deploy/render.py reads.
        if module != "pipeline":
            calls.append(f'module "{module}" {{\n' + "\n".join(lines) + "\n}\n")
    (place / "main.tf").write_text("".join(calls))
    assert spoilt.init("wrong").status == 0
    said = spoilt.run("plan", "-no-color", "-input=false", inside="wrong").output
    found = set(re.findall(r"in module \"(\w+)\":\s+\S+ +(\w+) += ", said))
    assert {pair for pair in wanted if pair[0] != "pipeline"} - found == set(), said[-3000:]
