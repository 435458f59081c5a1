"""The scripts that a person with an account runs, as far as they go without one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.aws import Aws, running_aws
from tests.infra.tools import ROOT

REGION = "eu-central-1"
BIN = ROOT / "infra/bin"
SecretsCheck = Callable[..., None]


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


FILL = BIN / "fill_secrets.py"


def put_secrets(outputs: dict[str, Any], *words: str, script: Path = FILL) -> dict[str, str]:
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "SECRETS_ENDPOINT_URL": outputs["url"],
        "EMAIL_URL": "smtp+tls://user:password@mail.example.com",
    }
    command = [sys.executable, str(script), outputs["name"], *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = outputs["client"].get_secret_value(SecretId=outputs["arn"])["SecretString"]
    content: dict[str, str] = json.loads(text)
    shown = [value for value in content.values() if value and value in done.stdout]
    assert not shown, "a secret is shown"
    return content


def secrets_are_made_once(outputs: dict[str, Any], script: Path = FILL) -> None:
    first = put_secrets(outputs, script=script)
    assert len(first["SECRET_KEY"]) >= 50, "too short"
    assert {"SECRET_KEY", "VAPID_PRIVATE_KEY", "EMAIL_URL"} == first.keys()
    assert put_secrets(outputs, script=script) == first, "made anew"


def a_new_key_signs_nobody_out(outputs: dict[str, Any], script: Path = FILL) -> None:
    first = put_secrets(outputs, script=script)
    second = put_secrets(outputs, "--new-secret-key", script=script)
    assert second["SECRET_KEY"] != first["SECRET_KEY"], "the same key"
    assert second.get("SECRET_KEY_FALLBACKS") == first["SECRET_KEY"], "the old key is forgotten"
    assert second["VAPID_PRIVATE_KEY"] == first["VAPID_PRIVATE_KEY"]


@pytest.mark.parametrize("check", [secrets_are_made_once, a_new_key_signs_nobody_out])
def test_secrets(outputs: dict[str, Any], check: SecretsCheck) -> None:
    check(outputs)


@pytest.mark.parametrize(
    "fault",
    [
        (secrets_are_made_once, "    } | current\n", "    }\n", "made anew"),
        (secrets_are_made_once, "token_urlsafe(50)", "token_urlsafe(5)", "too short"),
        (secrets_are_made_once, "', '.join(sorted(content))", "content", "a secret is shown"),
        (a_new_key_signs_nobody_out, "if new_key and", "if new_key and not", "the same key"),
        (
            a_new_key_signs_nobody_out,
            '[current["SECRET_KEY"], *older]',
            "older",
            "the old key is forgotten",
        ),
    ],
)
def test_a_fault_with_secrets_is_noticed(
    outputs: dict[str, Any], tmp_path: Path, fault: tuple[SecretsCheck, str, str, str]
) -> None:
    check, old, new, words = fault
    text = FILL.read_text()
    assert old in text
    script = tmp_path / FILL.name
    own_root = text.replace("Path(__file__).resolve().parents[2]", f"Path({str(ROOT)!r})")
    script.write_text(own_root.replace(old, new))
    with pytest.raises(AssertionError, match=words):
        check(outputs, script)


@pytest.fixture
def pretended(tmp_path: Path) -> dict[str, str]:
    """Programs that only write down how they were called."""
    for name in ("terraform", "aws", "kubectl", "docker"):
        file = tmp_path / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/calls\necho 111111111111\n')
        file.chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls")}


def nothing_happens_by_mistake(
    pretended: dict[str, str], script: Path, environment: str, complaint: str
) -> None:
    """A checkout as it comes, or a slip of the pen, reaches no account."""
    done = subprocess.run(
        [str(script), environment],
        env=os.environ | pretended,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    calls = Path(pretended["CALLS"])
    assert not calls.exists() or "terraform" not in calls.read_text(), "Terraform was run"
    assert done.returncode == 1
    assert complaint in done.stderr, "other words"


@pytest.mark.parametrize("script", ["up", "down"])
@pytest.mark.parametrize(
    ("environment", "complaint"),
    [("", "Say which"), ("prod", "Say which"), ("dev", "Put your own values")],
)
def test_nothing_happens_by_mistake(
    pretended: dict[str, str], script: str, environment: str, complaint: str
) -> None:
    nothing_happens_by_mistake(pretended, BIN / script, environment, complaint)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of infra/ whose scripts a fault can be planted in."""
    folder = tmp_path / "checkout"
    for part in ("bin", "env"):
        shutil.copytree(BIN.parent / part, folder / "infra" / part)
    return folder / "infra"


@pytest.mark.parametrize("script", ["up", "down"])
def test_a_missing_guard_is_noticed(pretended: dict[str, str], checkout: Path, script: str) -> None:
    file = checkout / "bin" / script
    text = file.read_text()
    assert "\ncheck_environment\n" in text
    file.write_text(text.replace("\ncheck_environment\n", "\nCONFIRM=$environment\n"))
    with pytest.raises(AssertionError, match="Terraform was run"):
        nothing_happens_by_mistake(pretended, file, "dev", "Put your own values")


def asks_first(pretended: dict[str, str], checkout: Path, script: str) -> None:
    """With an account's own values, nothing is changed until its name was typed."""
    file = checkout / "env/dev.tfvars"
    file.write_text(file.read_text().replace("000000000000", "111111111111"))
    done = subprocess.run(
        [str(checkout / "bin" / script), "dev"],
        env=os.environ | pretended,
        input="yes\n",
        capture_output=True,
        text=True,
        check=False,
    )
    calls = Path(pretended["CALLS"]).read_text()
    assert " apply" not in calls, "applied"
    assert " destroy" not in calls, "destroyed"
    assert (done.returncode, "Nothing was changed" in done.stderr) == (1, True)


@pytest.mark.parametrize("script", ["up", "down"])
def test_it_asks_first(pretended: dict[str, str], checkout: Path, script: str) -> None:
    asks_first(pretended, checkout, script)


@pytest.mark.parametrize(("script", "words"), [("up", "applied"), ("down", "destroyed")])
def test_a_missing_question_is_noticed(
    pretended: dict[str, str], checkout: Path, script: str, words: str
) -> None:
    file = checkout / "bin" / script
    file.write_text(re.sub(r"(?m)^confirm .*$", "", file.read_text()))
    with pytest.raises(AssertionError, match=words):
        asks_first(pretended, checkout, script)
