from collections.abc import Iterator

import pytest

from tests.browser.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real site, gunicorn and worker, that a test may hurt."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site
