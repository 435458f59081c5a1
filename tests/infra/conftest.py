"""What the checks share: the pinned programs, one copy of infra/, one plan per environment."""

from pathlib import Path
from typing import Any

import pytest

from tests.infra import tools
from tests.infra.kubernetes import DIGEST, OUTPUTS, REPOSITORY, load_render
from tests.infra.terraform import ENVIRONMENTS, Workspace

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.infra)


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    if tools.missing():
        pytest.skip(f"missing: {', '.join(tools.missing())}")
    tools.install()


@pytest.fixture(scope="session")
def infra(tmp_path_factory: pytest.TempPathFactory, _programs: None) -> Workspace:
    """The project's own Terraform, initialised, in a place where it may be run."""
    workspace = Workspace.copy(tmp_path_factory.mktemp("terraform"))
    for folder in (".", "bootstrap"):
        result = workspace.init(folder)
        assert result.status == 0, result.output
    return workspace


@pytest.fixture
def spoilt(tmp_path: Path, _programs: None) -> Workspace:
    """A copy to plant a fault in."""
    return Workspace.copy(tmp_path)


@pytest.fixture(scope="session")
def plans(infra: Workspace) -> dict[str, dict[str, Any]]:
    return {environment: infra.plan(environment) for environment in ENVIRONMENTS}


@pytest.fixture(scope="session")
def rendered(_programs: None) -> dict[str, str]:
    """Return the manifests of each environment, as they would be applied."""
    render = load_render()
    image = f"{REPOSITORY}@{DIGEST}"
    return {
        environment: render.render(environment=environment, image=image, outputs=OUTPUTS)
        for environment in ENVIRONMENTS
    }
