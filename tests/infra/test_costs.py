"""What infra/README.md says that environments cost is what Terraform says, and is budgeted for."""

import re
from copy import deepcopy
from typing import Any

import pytest

from tests.infra.terraform import ENVIRONMENTS, of_type
from tests.infra.tools import ROOT

Plan = dict[str, Any]


def in_the_readme() -> dict[str, tuple[list[int], int]]:
    """Return by environment the parts of the table of costs, and what it calls their sum."""
    text = (ROOT / "infra/README.md").read_text()
    table = text.partition("## Costs")[2].partition("\n\nWhat caps it")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    (_, *environments), _, *parts, (_, *together) = rows
    columns = zip(environments, *(row[1:] for row in parts), together, strict=True)
    found = {}
    for environment, *amounts in columns:
        *numbers, total = [int(re.sub(r"\D", "", amount)) for amount in amounts]
        found[environment.strip()] = (numbers, total)
    return found


def floor(plan: Plan) -> int:
    return int(plan["planned_values"]["outputs"]["monthly_floor_usd"]["value"])


def complaints(environment: str, plan: Plan) -> list[str]:
    parts, total = in_the_readme()[environment]
    said = [] if sum(parts) == floor(plan) else [f"{sum(parts)} by the table, not {floor(plan)}"]
    if abs(total - floor(plan)) > 5:
        said.append(f"about {total} is not {floor(plan)}")
    (budget,) = of_type(plan, "aws_budgets_budget").values()
    if not 1.1 * floor(plan) < float(budget["limit_amount"]) < 2 * floor(plan):
        said.append(f"a budget of {budget['limit_amount']} rings at once, or never")
    head = (ROOT / f"infra/env/{environment}.tfvars").read_text().partition("\n")[0]
    if f"${total} " not in head:
        said.append(f"env/{environment}.tfvars says another sum: {head}")
    return said


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_readme_and_the_budget_know_what_it_costs(
    plans: dict[str, Plan], environment: str
) -> None:
    assert complaints(environment, plans[environment]) == []


def test_what_grows_dearer_is_noticed(plans: dict[str, Plan]) -> None:
    dearer = deepcopy(plans["dev"])
    dearer["planned_values"]["outputs"]["monthly_floor_usd"]["value"] = 300
    said = " ".join(complaints("dev", dearer))
    for words in ("211 by the table, not 300", "about 210 is not 300", "of 260 rings at once"):
        assert words in said
