from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from devops360 import secrets_manager
from tests.aws import Aws, running_aws
from tests.secrets_manager.manager import REGION, environment


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as server:
        yield server


@pytest.fixture
def client(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in environment(aws).items():
        monkeypatch.setenv(name, value)
    secrets_manager.secret_settings.cache_clear()
    return boto3.client("secretsmanager", region_name=REGION, endpoint_url=aws.url)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    secrets_manager.secret_settings.cache_clear()
