"""The S3 server of the tests refuses what S3 refuses: else tests on it would show nothing."""

import urllib.error
import urllib.request

import pytest

from tests.s3 import Bucket


def status_of(url: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> int:
    plain = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=plain)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def signed(bucket: Bucket) -> str:
    bucket.client.put_object(Bucket=bucket.name, Key="a", Body=b"secret")
    params = {"Bucket": bucket.name, "Key": "a"}
    url: str = bucket.client.generate_presigned_url("get_object", Params=params, ExpiresIn=300)
    return url


def test_a_signature_opens_what_it_names_and_nothing_else(bucket: Bucket, signed: str) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="b", Body=b"other")
    assert status_of(signed) == 200
    assert status_of(signed.replace("/a?", "/b?")) == 403
    assert status_of(signed, method="PUT", body=b"new") == 403
    assert status_of(signed.partition("?")[0]) == 403


def test_a_signature_ends(bucket: Bucket, signed: str) -> None:
    assert status_of(signed.replace("X-Amz-Expires=300", "X-Amz-Expires=301")) == 403
    long_ago = signed.partition("X-Amz-Date=")[2][:8]
    assert status_of(signed.replace(f"X-Amz-Date={long_ago}", "X-Amz-Date=20200101")) == 403


def test_other_origins_are_not_let_in(bucket: Bucket) -> None:
    bucket.allow_origin("https://vault.example.com")

    def ask(origin: str) -> int:
        return status_of(
            f"{bucket.url}/{bucket.name}/a",
            method="OPTIONS",
            Origin=origin,
            Access_Control_Request_Method="PUT",
            Access_Control_Request_Headers="x-amz-checksum-sha256",
        )

    assert ask("https://vault.example.com") == 200
    assert ask("https://elsewhere.example.com") == 403
