"""The scripts that a person with an account runs, as far as they go without one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.aws import Aws, running_aws
from tests.infra.tools import ROOT, program

REGION = "eu-central-1"
BIN = ROOT / "infra/bin"


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as server:
        yield server


@pytest.fixture
def outputs(aws: Aws) -> Iterator[dict[str, Any]]:
    """Stand in for an applied environment of a name that nobody uses."""
    client = boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url=aws.url,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    aws.forget()
    arn = client.create_secret(Name=f"test/{os.urandom(4).hex()}")["ARN"]
    file = ROOT / f"var/infra/test-{os.getpid()}.outputs.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"region": {"value": REGION}, "app_secret_arn": {"value": arn}}
    file.write_text(json.dumps(content))
    yield {
        "client": client,
        "arn": arn,
        "name": file.name.removesuffix(".outputs.json"),
        "url": aws.url,
    }
    file.unlink()


def put_secrets(outputs: dict[str, Any], *words: str) -> dict[str, str]:
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "SECRETS_ENDPOINT_URL": outputs["url"],
        "EMAIL_URL": "smtp+tls://user:password@mail.example.com",
    }
    command = [sys.executable, str(BIN / "fill_secrets.py"), outputs["name"], *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = outputs["client"].get_secret_value(SecretId=outputs["arn"])["SecretString"]
    content: dict[str, str] = json.loads(text)
    # Nothing secret is shown.
    assert not any(value in done.stdout for value in content.values())
    return content


def test_secrets_are_made_once(outputs: dict[str, Any]) -> None:
    first = put_secrets(outputs)
    assert len(first["SECRET_KEY"]) >= 50
    assert {"SECRET_KEY", "VAPID_PRIVATE_KEY", "EMAIL_URL"} == first.keys()
    assert put_secrets(outputs) == first


def test_a_new_key_signs_nobody_out(outputs: dict[str, Any]) -> None:
    first = put_secrets(outputs)
    second = put_secrets(outputs, "--new-secret-key")
    assert second["SECRET_KEY"] != first["SECRET_KEY"]
    assert second["SECRET_KEY_FALLBACKS"] == first["SECRET_KEY"]
    assert second["VAPID_PRIVATE_KEY"] == first["VAPID_PRIVATE_KEY"]


@pytest.mark.parametrize("script", ["up", "down"])
def test_scripts_are_sound(script: str) -> None:
    command = [program("shellcheck"), "--severity=style", "--external-sources", str(BIN / script)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.fixture
def pretended(tmp_path: Path) -> dict[str, str]:
    """Programs that only write down how they were called."""
    for name in ("terraform", "aws", "kubectl", "docker"):
        file = tmp_path / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/calls\necho 111111111111\n')
        file.chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls")}


@pytest.mark.parametrize("script", ["up", "down"])
@pytest.mark.parametrize(
    ("environment", "complaint"),
    [("", "Say which"), ("prod", "Say which"), ("dev", "Put your own values")],
)
def test_nothing_happens_by_mistake(
    pretended: dict[str, str], script: str, environment: str, complaint: str
) -> None:
    """A checkout as it comes, or a slip of the pen, reaches no account."""
    done = subprocess.run(
        [str(BIN / script), environment],
        env=os.environ | pretended,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert complaint in done.stderr
    calls = Path(pretended["CALLS"])
    assert not calls.exists() or "terraform" not in calls.read_text()
