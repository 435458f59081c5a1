"""The two servers that stand in for AWS."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_cloud.texts import printed_texts
from tests.aws import running_aws
from tests.s3 import REGION, running_s3

ROOT = Path(__file__).resolve().parent.parent
PLACE = Path(os.environ.get("AWS_LOCAL_DIR") or ROOT / "var/aws-local")
# For local_cloud.look: ports are new at each start.
ADDRESSES = PLACE / "services.json"


@dataclass(frozen=True)
class Services:
    s3: str
    aws: str


@contextmanager
def running_services() -> Iterator[Services]:
    """Run both on free ports of this machine alone. PLACE keeps what S3 holds, and its port."""
    # moto's server tells of each request; the site's own lines are what is looked for.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    PLACE.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        aws = stack.enter_context(running_aws())
        stack.enter_context(printed_texts(aws, REGION))
        s3 = stack.enter_context(running_s3(PLACE / "s3"))
        services = Services(s3=s3.url, aws=aws.url)
        ADDRESSES.write_text(json.dumps({"s3": services.s3, "aws": services.aws}))
        try:
            yield services
        finally:
            ADDRESSES.unlink(missing_ok=True)
