"""Terraform's modules: what goes in and out is typed, described, and refused where wrong."""

import re
from collections.abc import Iterator
from typing import Any

from tests.infra.project import Complaints, Fault, Project, check

BLOCK = r'^{} "(\w+)" \{{\n(.*?)^\}}'
MODULE = "infra/modules/"
README = "infra/README.md"
# What the site needs of AWS, and where it is: by the names that people look for.
SERVICES = {
    "ACM": "modules/acm",
    "ALB": "modules/alb",
    "CloudWatch": "modules/observability",
    "CodePipeline": "modules/pipeline",
    "DynamoDB": "bootstrap/",
    "ECR": "modules/ecr",
    "EKS": "modules/eks",
    "GitHub Actions": ".github/workflows/",
    "IAM": "modules/workload_identity",
    "KMS": "modules/kms_key",
    "RDS": "modules/rds",
    "Route 53": "modules/alb",
    "S3": "modules/s3",
    "SES": "modules/sns",
    "SNS": "modules/sns",
    "Secrets Manager": "modules/secrets",
    "VPC": "modules/network",
}


def blocks(project: Project, kind: str, file: str) -> Iterator[tuple[str, str, str]]:
    """Return (folder, name, body) of each variable or output of every module."""
    for path in project.files(f"infra/**/{file}.tf"):
        folder = path.rpartition("/")[0]
        for name, body in re.findall(
            BLOCK.format(kind), project.text(path), re.MULTILINE | re.DOTALL
        ):
            yield folder, name, body


def handed_over(project: Project, module: str) -> dict[str, str]:
    """Return what infra/main.tf gives a module: expressions by the name of the variable."""
    name = module.removeprefix(MODULE)
    pattern = rf'^module "\w+" \{{\n  source = "./modules/{name}"\n(.*?)^\}}'
    found = re.search(pattern, project.text("infra/main.tf"), re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^  (\w+)\s+= (.*)$", found[1], re.MULTILINE) if found else []
    return dict(lines)


def needs_validation(project: Project, folder: str, name: str, body: str) -> bool:
    """A switch is on or off, and what another module made is as it is: all else may be wrong."""
    if re.search(r"^  type\s+= bool$", body, re.MULTILINE):
        return False
    if re.search(r"^  type\s+= object\(", body, re.MULTILINE):
        return False
    given = handed_over(project, folder).get(name, "")
    return not given.startswith("module.")


@check
def every_variable_is_typed_described_and_validated(project: Project) -> Complaints:
    for folder, name, body in blocks(project, "variable", "variables"):
        where = f"{folder}: variable {name}"
        kind = re.search(r"^  type\s+= (.+)$", body, re.MULTILINE)
        if not kind or kind[1] == "any":
            yield f"{where} takes anything"
        if not re.search(r'^  description = "[^"]{4,}"', body, re.MULTILINE):
            yield f"{where} does not say what it is"
        if needs_validation(project, folder, name, body) and "  validation {" not in body:
            yield f"{where} takes wrong values"


@check
def every_output_is_described(project: Project) -> Complaints:
    for folder, name, body in blocks(project, "output", "outputs"):
        if not re.search(r'^  description = "[^"]{4,}"', body, re.MULTILINE):
            yield f"{folder}: output {name} does not say what it is"


@check
def variables_and_outputs_are_where_they_are_looked_for(project: Project) -> Complaints:
    for path in project.files("infra/**/*.tf"):
        kind = {"variables": "variable", "outputs": "output"}
        here = kind.get(path.rpartition("/")[2].removesuffix(".tf"), "")
        for found in re.findall(r"^(variable|output) ", project.text(path), re.MULTILINE):
            if found != here:
                yield f"{path} has a {found}"


def table(project: Project) -> list[list[str]]:
    """Return the rows of the README's table of what is made."""
    text = project.text(README).partition("| Service | File | Held by | Untried |\n")[2]
    lines = text.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@check
def the_readme_maps_every_service_to_file_check_and_gap(project: Project) -> Complaints:
    rows = table(project)
    for service, place in SERVICES.items():
        if not any(service in row[0] and place in row[1] for row in rows):
            yield f"README.md does not say that {service} is in {place}"
    for row in rows:
        if not row[2] or not row[3]:
            yield f"{row[0]}: README.md does not say what holds it, or what was not tried"
    text = " ".join(row[1] for row in rows)
    for path in project.files("infra/modules/*/main.tf"):
        module = path.removeprefix("infra/").removesuffix("/main.tf")
        if f"`{module}`" not in text:
            yield f"README.md does not name {module}"


@check
def the_readme_names_what_is_there(project: Project) -> Complaints:
    for row in table(project):
        for name in re.findall(r"`([\w./-]+)`", f"{row[1]} {row[2]}"):
            places = (name, f"infra/{name}", f"tests/infra/{name}", f"infra/tests/{name}")
            if not any(project.files(f"{place.rstrip('/')}*") for place in places):
                yield f"README.md names {name}, which is not there"


def _text(path: str, old: str, new: str) -> Any:
    return lambda project: project.with_text(path, old, new)


FAULTS = (
    Fault(
        every_variable_is_typed_described_and_validated,
        _text("infra/modules/ecr/variables.tf", "  type        = bool\n", ""),
        "ecr: variable force_delete takes anything",
    ),
    Fault(
        every_variable_is_typed_described_and_validated,
        _text("infra/modules/s3/variables.tf", '  description = "Days', '  # "Days'),
        "s3: variable old_copies_for does not say",
    ),
    Fault(
        every_variable_is_typed_described_and_validated,
        _text("infra/modules/rds/variables.tf", "  validation {", "  validations {"),
        "rds: variable .* takes wrong values",
    ),
    Fault(
        every_variable_is_typed_described_and_validated,
        _text("infra/variables.tf", "  validation {", "  validations {"),
        "infra: variable account_id takes wrong values",
    ),
    Fault(
        every_output_is_described,
        _text("infra/modules/acm/outputs.tf", "  description = ", "  # "),
        "acm: output certificate_arn",
    ),
    Fault(
        variables_and_outputs_are_where_they_are_looked_for,
        _text("infra/main.tf", "locals {", 'output "x" {}\nlocals {'),
        "main.tf has a output",
    ),
    Fault(
        the_readme_maps_every_service_to_file_check_and_gap,
        _text(README, "`modules/rds`", "`modules/database`"),
        "RDS is in modules/rds",
    ),
    Fault(
        the_readme_maps_every_service_to_file_check_and_gap,
        _text(README, "`modules/kms_key`", "`modules/keys`"),
        "does not name modules/kms_key",
    ),
    Fault(
        the_readme_maps_every_service_to_file_check_and_gap,
        _text(README, "| a push |", "| |"),
        "ECR.*what was not tried",
    ),
    Fault(
        the_readme_names_what_is_there,
        _text(README, "`test_bin.py`", "`test_bins.py`"),
        "test_bins.py, which is not there",
    ),
)
