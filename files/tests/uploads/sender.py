"""A sender of files in parts, as a script or a page is one: it only knows what it is told."""

import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.test import Client
from django.urls import reverse

MEGABYTE = 1024**2
# The least that S3 takes for a part that is not the last.
PART = 5 * MEGABYTE


@cache
def pattern(size: int, seed: int = 0) -> bytes:
    """Return bytes of which no two parts are alike."""
    block = hashlib.sha256(str(seed).encode()).digest() * 64
    blocks = -(-size // (len(block) + 8))
    return b"".join(number.to_bytes(8) + block for number in range(blocks))[:size]


@dataclass
class Sender:
    """Sends `content`; every answer is kept as it came."""

    client: Client
    folder: Any
    content: bytes
    path: str = "film.bin"
    key: str = "key-1"
    upload: dict[str, Any] = field(default_factory=dict)

    def post(self, name: str, body: Any, pk: Any = None) -> Any:
        return self.client.post(
            reverse(f"files:{name}", args=[pk or self.upload["id"]]),
            json.dumps(body),
            content_type="application/json",
        )

    def create(self, **more: Any) -> Any:
        body = {"path": self.path, "size": len(self.content), "key": self.key, "conflict": "ask"}
        answer = self.post("create_upload", body | more, self.folder.pk)
        if answer.status_code in {200, 201}:
            self.upload = answer.json()
        return answer

    def part(self, number: int) -> bytes:
        size = self.upload["part_size"]
        return self.content[(number - 1) * size : number * size]

    @property
    def numbers(self) -> list[int]:
        return list(range(1, self.upload["parts"] + 1))

    def sign(self, *numbers: int, **more: Any) -> Any:
        parts = [
            {"number": number, "sha256": hashlib.sha256(self.part(number)).hexdigest(), **more}
            for number in numbers
        ]
        return self.post("sign_parts", {"parts": parts})

    def put(self, number: int, body: bytes | None = None) -> int:
        signed = self.sign(number).json()["urls"][0]
        data = self.part(number) if body is None else body
        if signed["url"].startswith("http"):
            return put_to_bucket(signed["url"], data, signed["headers"])
        # Without the person's session: the address is all that is needed.
        answer = Client().put(
            signed["url"],
            data,
            content_type="application/octet-stream",
            headers={"Content-Length": str(len(data))},
        )
        return int(answer.status_code)

    def complete(self, **more: Any) -> Any:
        return self.post("complete_upload", more)

    def state(self) -> dict[str, Any]:
        answer = self.client.get(reverse("files:upload_state", args=[self.upload["id"]]))
        assert answer.status_code == 200
        described: dict[str, Any] = answer.json()
        return described

    def arrived(self) -> list[int]:
        return [part["number"] for part in self.state()["arrived"]]

    def send(self) -> dict[str, Any]:
        """Do all of it, and return what completing answered."""
        self.create()
        for number in self.numbers:
            assert self.put(number) == 200
        answer = self.complete()
        assert answer.status_code == 201, answer.content
        file: dict[str, Any] = answer.json()
        return file


def put_to_bucket(url: str, data: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, data=data, method="PUT", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
