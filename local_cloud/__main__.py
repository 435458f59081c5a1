"""Start the services, make what Terraform would make, and run the site on them until Ctrl-C."""

import os
import signal
import subprocess
import sys
from types import FrameType

from local_cloud.resources import Cloud, make_resources, site_environment
from local_cloud.services import PLACE, ROOT, running_services

WORDS = """
  S3 (SeaweedFS)           {s3}   bucket {bucket}
  SNS, Secrets Manager     {aws}   (moto's server: topics live until Ctrl-C, texts are printed)
  Everything that is kept  {place}

  What is in it, in another window:  .venv/bin/python -m local_cloud.look
"""


def run_site(cloud: Cloud) -> int:
    """Run `manage.py run_local` on the services and return its exit status."""
    command = [sys.executable, "manage.py", "run_local"]
    environment = os.environ | site_environment(cloud)
    site = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    def pass_on(number: int, frame: FrameType | None) -> None:
        site.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    return site.wait()


def main() -> int:
    print("Starting S3, SNS and Secrets Manager on this machine ...", flush=True)
    with running_services() as services:
        cloud = make_resources(services)
        print(
            WORDS.format(
                s3=services.s3,
                aws=services.aws,
                bucket=cloud.bucket,
                place=PLACE,
            ),
            flush=True,
        )
        return run_site(cloud)


if __name__ == "__main__":
    sys.exit(main())
