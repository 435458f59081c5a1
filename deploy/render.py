"""Write the manifests of an environment: the overlay, with the image and Terraform's outputs in it.

    terraform -chdir=infra output -json > outputs.json
    python deploy/render.py --environment dev --image REPOSITORY@sha256:… --outputs outputs.json

`kubectl kustomize` does the work; this only says, in a kustomization of its own, what no file of
the repository can know. Needs nothing but Python and kubectl.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DEPLOY = Path(__file__).resolve().parent
ENVIRONMENTS = ("dev", "staging", "production")
IMAGE = re.compile(r"(?P<name>[a-z0-9][a-z0-9./:_-]*)@(?P<digest>sha256:[0-9a-f]{64})")
# Setting, and the output of infra/outputs.tf that it is.
SETTINGS = {
    "SITE_URL": "site_url",
    "AWS_REGION": "region",
    "S3_BUCKET": "bucket",
    "SNS_EVENTS_TOPIC": "events_topic_arn",
    "SNS_OPERATORS_TOPIC": "alarms_topic_arn",
    "SNS_INBOUND_TOPICS": "inbound_topics",
    "DATABASE_URL": "database_url",
    "AWS_SECRET_ID": "app_secret_arn",
    "DATABASE_SECRET_ID": "database_secret_arn",
    "DATABASE_LOGIN_SECRETS": "login_secrets",
}


class RenderError(Exception):
    """The message says what to hand over."""


def read_outputs(text: str) -> dict[str, Any]:
    """Return the values of `terraform output -json`. Raises RenderError where one is missing."""
    values = {name: output["value"] for name, output in json.loads(text).items()}
    missing = {*SETTINGS.values(), "target_group_arns"} - values.keys()
    if missing:
        raise RenderError(f"Outputs are missing: {', '.join(sorted(missing))}. Apply infra/ first.")
    return values


def kustomization(*, environment: str, image: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """Return what goes over an overlay. Kustomize reads JSON as well as YAML."""
    found = IMAGE.fullmatch(image)
    if not found:
        raise RenderError(f"Name the image by its digest, REPOSITORY@sha256:…, not {image!r}.")
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "devops360",
        "resources": [f"../overlays/{environment}"],
        "images": [{"name": "devops360", "newName": found["name"], "digest": found["digest"]}],
        "configMapGenerator": [
            {
                "name": "settings",
                "behavior": "merge",
                "literals": [f"{name}={outputs[output]}" for name, output in SETTINGS.items()],
            }
        ],
        "patches": [_bind(part, arn) for part, arn in sorted(outputs["target_group_arns"].items())],
    }


def _bind(part: str, arn: str) -> dict[str, Any]:
    operation = {"op": "replace", "path": "/spec/targetGroupARN", "value": arn}
    return {
        "target": {"kind": "TargetGroupBinding", "name": f"^{part}$"},
        "patch": json.dumps([operation]),
    }


def render(*, environment: str, image: str, outputs: dict[str, Any]) -> str:
    content = kustomization(environment=environment, image=image, outputs=outputs)
    with tempfile.TemporaryDirectory(prefix=".rendered-", dir=DEPLOY) as folder:
        (Path(folder) / "kustomization.yaml").write_text(json.dumps(content))
        finished = subprocess.run(  # noqa: S603  (our own folder)
            ["kubectl", "kustomize", folder],  # noqa: S607  (whichever is on the PATH)
            capture_output=True,
            text=True,
            check=False,
        )
    if finished.returncode:
        raise RenderError(finished.stderr)
    return finished.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--environment", required=True, choices=ENVIRONMENTS)
    parser.add_argument("--image", required=True, help="REPOSITORY@sha256:…")
    parser.add_argument("--outputs", required=True, type=Path, help="of terraform output -json")
    chosen = parser.parse_args()
    try:
        outputs = read_outputs(chosen.outputs.read_text())
        sys.stdout.write(
            render(environment=chosen.environment, image=chosen.image, outputs=outputs)
        )
    except RenderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
