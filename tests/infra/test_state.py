"""The state in S3 with S3's own lock, as infra/backend.tf has it, on moto's server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.aws import Aws, running_aws
from tests.infra.terraform import SETTINGS
from tests.infra.tools import ROOT

BUCKET = "devops360-state"
REGION = "eu-central-1"
MAIN = """
resource "terraform_data" "one" {
  input = "kept"
}
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as server:
        client = boto3.client(
            "s3",
            endpoint_url=server.url,
            region_name=REGION,
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield server


def terraform(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *words],
        env=os.environ | SETTINGS | {"TF_INPUT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def work(aws: Aws, tmp_path: Path) -> Path:
    """A configuration whose state is there, by a file like those of infra/env."""
    (tmp_path / "main.tf").write_text(MAIN)
    shutil.copy(ROOT / "infra/backend.tf", tmp_path)
    committed = (ROOT / "infra/env/dev.backend.hcl").read_text()
    assert 'key    = "dev/terraform.tfstate"' in committed
    stand_in = f"""
bucket                      = "{BUCKET}"
key                         = "{tmp_path.name}/terraform.tfstate"
region                      = "{REGION}"
endpoints                   = {{ s3 = "{aws.url}" }}
use_path_style              = true
skip_credentials_validation = true
skip_metadata_api_check     = true
skip_requesting_account_id  = true
"""
    (tmp_path / "backend.hcl").write_text(stand_in)
    return tmp_path


def init(work: Path) -> None:
    done = terraform(work, "init", "-no-color", "-backend-config=backend.hcl")
    assert done.returncode == 0, done.stderr


def keys(aws: Aws, prefix: str) -> list[str]:
    client = boto3.client(
        "s3",
        endpoint_url=aws.url,
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    answer = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [item["Key"] for item in answer.get("Contents", [])]


def keeps_the_state_and_gives_the_lock_back(aws: Aws, work: Path) -> None:
    init(work)
    done = terraform(work, "apply", "-auto-approve", "-no-color")
    assert done.returncode == 0, done.stderr
    found = keys(aws, work.name)
    assert found == [f"{work.name}/terraform.tfstate"], f"in the bucket: {found}"


def refuses_a_second(aws: Aws, work: Path) -> None:
    init(work)
    client = boto3.client(
        "s3",
        endpoint_url=aws.url,
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    lock = '{"ID":"1","Operation":"Apply","Who":"somebody else","Version":"1.11.4","Path":""}'
    key = f"{work.name}/terraform.tfstate.tflock"
    client.put_object(Bucket=BUCKET, Key=key, Body=lock.encode())
    done = terraform(work, "apply", "-auto-approve", "-no-color")
    assert done.returncode == 1, "two apply at once"
    assert "somebody else" in done.stderr


def test_the_state_is_kept_and_the_lock_given_back(aws: Aws, work: Path) -> None:
    keeps_the_state_and_gives_the_lock_back(aws, work)


def test_two_do_not_apply_at_once(aws: Aws, work: Path) -> None:
    refuses_a_second(aws, work)


def test_a_state_elsewhere_is_noticed(aws: Aws, work: Path) -> None:
    (work / "backend.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    (work / "backend.hcl").write_text("")
    with pytest.raises(AssertionError, match=r"in the bucket: \[\]"):
        keeps_the_state_and_gives_the_lock_back(aws, work)


def test_a_missing_lock_is_noticed(aws: Aws, work: Path) -> None:
    text = (work / "backend.tf").read_text()
    (work / "backend.tf").write_text(re.sub(r"use_lockfile\s+= true", "", text))
    assert (work / "backend.tf").read_text() != text
    with pytest.raises(AssertionError, match="two apply at once"):
        refuses_a_second(aws, work)
