"""Checks of our own: content with the project, and seen to fail on each fault planted for them."""

from pathlib import Path
from typing import Any

import pytest

from tests.infra.kubernetes import documents
from tests.infra.own import (
    agreement,
    compose,
    iam,
    image,
    kubernetes,
    logins,
    modules,
    plans,
    workflows,
)
from tests.infra.project import CHECKS, Check, Fault, Project
from tests.infra.terraform import resources

MODULES = (agreement, compose, iam, image, kubernetes, logins, modules, plans, workflows)
FAULTS = [fault for module in MODULES for fault in module.FAULTS]


def name_of(check: Check) -> str:
    return f"{check.__module__.rpartition('.')[2]}.{check.__name__}"


@pytest.fixture(scope="session")
def project(plans: dict[str, dict[str, Any]], rendered: dict[str, str]) -> Project:
    return Project(
        made={environment: resources(plan) for environment, plan in plans.items()},
        manifests={environment: documents(text) for environment, text in rendered.items()},
    )


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_nothing_is_wrong(project: Project, check: Check) -> None:
    assert list(check(project)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{name_of(fault.check)}:{fault.words}")
def test_the_fault_is_noticed(project: Project, fault: Fault) -> None:
    said = list(fault.check(fault.plant(project)))
    assert fault.is_noticed(project), f"{fault.words!r} is in none of {said}"


def test_every_check_was_seen_to_fail() -> None:
    assert {name_of(fault.check) for fault in FAULTS} == {name_of(check) for check in CHECKS}
    files = {path.stem for path in Path(__file__).with_name("own").glob("[a-z]*.py")}
    assert files == {module.__name__.rpartition(".")[2] for module in MODULES}
