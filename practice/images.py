"""The image that a learner has built, as the engine that holds it tells of it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from practice.dockerfile import SECRET

NAME = "devops360:practice"
# Where deploy/image/build-and-try.sh keeps its images, without an engine.
STORAGE = Path(os.environ.get("BASE_DIR") or "/var/tmp/devops360-base") / "storage.conf"
ENGINES = ("docker", "podman")


def inspected() -> tuple[dict[str, Any] | None, str]:
    """Return what the engine says of the image, or None and what to do."""
    engine = next((name for name in ENGINES if shutil.which(name)), None)
    if engine:
        command, variables = [engine, "image", "inspect", NAME], {}
    elif shutil.which("buildah") and STORAGE.exists():
        command = ["buildah", "inspect", "--type", "image", f"localhost/{NAME}"]
        variables = {"CONTAINERS_STORAGE_CONF": str(STORAGE), "STORAGE_DRIVER": "vfs"}
    else:
        return None, "Install docker or podman. As root on Debian, `make image` does with buildah."
    done = subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None, (
            f"There is no image {NAME}: "
            f"{command[0]} build -t {NAME} -f var/practice/03/Dockerfile ."
        )
    answer = json.loads(done.stdout)
    whole: dict[str, Any] = answer[0] if isinstance(answer, list) else answer["Docker"]
    return {name.lower(): value for name, value in whole.items()}, ""


def shortcomings(image: dict[str, Any], dockerfile: Path) -> Iterator[str]:
    """Yield what is wrong with the image that was built from the file."""
    config = {name.lower(): value for name, value in image["config"].items()}
    built = datetime.fromisoformat(image["created"])
    written = datetime.fromtimestamp(dockerfile.stat().st_mtime, UTC)
    if built < written:
        yield "The image is older than its Dockerfile: build it again."
    if str(config.get("user") or "").partition(":")[0] in ("", "0", "root"):
        yield "The image runs as root: see USER."
    if not config.get("healthcheck"):
        yield "The image has no health check: see HEALTHCHECK (buildah: --format docker)."
    for variable in config.get("env") or []:
        if SECRET.search(variable):
            yield f"The image carries {variable.partition('=')[0]}: whoever pulls it, has it."
