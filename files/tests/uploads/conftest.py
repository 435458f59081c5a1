from typing import Any

import pytest
from django.test import Client

from files.models import Node
from files.tests.uploads.sender import PART, Sender, pattern


@pytest.fixture(params=["local", "s3", "s3 by proxy"])
def store(request: pytest.FixtureRequest, settings: Any) -> str:
    """Run the test on each store: whoever sends must not notice which one it is."""
    settings.FILES_PART_SIZE = PART
    if request.param != "local":
        request.getfixturevalue("on_s3")
        settings.S3_PROXY = request.param == "s3 by proxy"
    return str(request.param)


@pytest.fixture
def sender(store: str, own: Client, root: Node) -> Sender:
    """Two parts and a bit."""
    return Sender(own, root, pattern(2 * PART + 1234))
