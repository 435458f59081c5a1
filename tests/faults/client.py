"""A client that can misbehave: plain sockets and http.client, no retries."""

import http.client
import json
import re
import socket
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.site import Site


@dataclass
class Vault:
    """A new person's vault on the site, spoken to over HTTP."""

    site: Site
    session: str = ""
    token: str = ""
    root: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cookies["sessionid"] = self.site.make_person().session
        page = self.request("GET", "/files/")[1].decode()
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
        folder = re.search(r"/files/folder/([0-9a-f-]{36})/", page)
        assert found is not None
        assert folder is not None
        self.token, self.root = found[1], folder[1]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.site.url)
        return str(parts.hostname), int(parts.port or 80)

    @property
    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": self.token, "Accept": "application/json"}

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self.address, timeout=120)
        try:
            connection.request(method, path, body, self.headers | (headers or {}))
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, rest = cookie.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return response.status, response.read()
        finally:
            connection.close()

    def upload(self, path: str, content: Any, size: int, conflict: str = "ask") -> dict[str, Any]:
        url = f"/files/folder/{self.root}/upload/?path={path}&conflict={conflict}"
        status, body = self.request("PUT", url, content, {"Content-Length": str(size)})
        answer: dict[str, Any] = json.loads(body)
        return answer | {"status": status}

    def start_upload(self, path: str, announced: int) -> socket.socket:
        """Announce a body, and return the connection on which it is to be sent."""
        connection = socket.create_connection(self.address, timeout=30)
        lines = [
            f"PUT /files/folder/{self.root}/upload/?path={path} HTTP/1.1",
            f"Host: {urlsplit(self.site.url).netloc}",
            f"Content-Length: {announced}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection

    def rows(self, table: str) -> int:
        database = sqlite3.connect(self.site.place / "var/db.sqlite3")
        try:
            # Only names of tables that the tests themselves write come here.
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        finally:
            database.close()

    def stored(self) -> list[Path]:
        """Return the blobs on the disk, and what is half-written."""
        media = self.site.place / "media"
        folders = (media / "users", media / ".incoming")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    def drafts(self) -> list[Path]:
        """Return the files that parts are written into."""
        return sorted((self.site.place / "media/.uploads").glob("*"))
