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


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses(spoilt: Workspace, fault: str) -> None:
    spoilt.replace(*FAULTS[fault])
    assert spoilt.init().status or spoilt.run("validate", "-no-color").status


def test_refuses_a_file_that_is_not_formatted(spoilt: Workspace) -> None:
    spoilt.replace("main.tf", "  cidr               =", "  cidr =")
    assert spoilt.run("fmt", "-check", "-recursive").status == 3
