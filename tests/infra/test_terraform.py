"""The real terraform on infra/: format, validity, its own tests; and what it must refuse."""

import pytest

from tests.infra.terraform import Workspace


@pytest.mark.parametrize("inside", [".", "bootstrap"])
def test_is_valid(infra: Workspace, inside: str) -> None:
    result = infra.run("validate", "-no-color", inside=inside)
    assert result.status == 0, result.output


def test_is_formatted(infra: Workspace) -> None:
    result = infra.run("fmt", "-check", "-diff", "-recursive")
    assert result.status == 0, result.output


def test_its_own_tests_pass(infra: Workspace) -> None:
    result = infra.run("test", "-no-color")
    assert result.status == 0, result.output
    assert "Success!" in result.output


FAULTS = {
    "a misspelt argument": ("modules/rds/main.tf", "publicly_accessible", "publicly_acessible"),
    "a missing argument": ("modules/eks/main.tf", "  role_arn                      =", "  #"),
    "a read-only attribute": (
        "modules/ecr/main.tf",
        "  force_delete ",
        '  arn = "x"\n  force_delete ',
    ),
    "an output that is not there": ("main.tf", "module.s3.log_bucket", "module.s3.logs"),
    "a variable that is not there": ("main.tf", "var.zone_id", "var.zone"),
}


# Held by tests/*.tftest.hcl: file, line, what becomes of it, which of them speaks, words.
BROKEN = {
    "a zone without a way out": (
        "modules/network/main.tf",
        'resource "aws_route" "private" {\n  count = var.zone_count',
        'resource "aws_route" "private" {\n  count = 2',
        "modules",
        "Every zone has its way out",
    ),
    "a balancer without a part for the rest": (
        "modules/alb/variables.tf",
        "if length(paths) == 0]) == 1",
        "if length(paths) == 0]) >= 0",
        "modules",
        "Missing expected failure",
    ),
    "a password in the database's address": (
        "outputs.tf",
        "postgres://${module.rds.address}",
        "postgres://me@${module.rds.address}",
        "environments",
        "its address holds no password",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_its_own_tests_would_fail(spoilt: Workspace, fault: str) -> None:
    file, old, new, suite, words = BROKEN[fault]
    spoilt.replace(file, old, new)
    spoilt.init()
    result = spoilt.run("test", "-no-color", f"-filter=tests/{suite}.tftest.hcl")
    assert result.status != 0
    assert words in " ".join(result.output.split()), result.output


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses(spoilt: Workspace, fault: str) -> None:
    spoilt.replace(*FAULTS[fault])
    assert spoilt.init().status or spoilt.run("validate", "-no-color").status


def test_refuses_a_file_that_is_not_formatted(spoilt: Workspace) -> None:
    spoilt.replace("main.tf", "  cidr                =", "  cidr =")
    assert spoilt.run("fmt", "-check", "-recursive").status == 3
