"""The drill: a site is backed up while it is used, lost, and restored into an empty place."""

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest

from devops360.tests.processes import ROOT, environment, manage
from tests.operations.databases import empty_database
from tests.operations.processes import get, running_web, wait_until
from tests.s3 import S3

LIST = (
    "import json; from files.models import Blob, Version; "
    "print(json.dumps(sorted(Version.objects.values_list('blob__key', 'blob__sha256'))))"
)
UPLOAD = (
    "import io; from accounts.models import User; from files.tree import root_of; "
    "from files.uploads.receive import receive_stream; from files.conflicts import Conflict; "
    "owner = User.objects.get(); "
    "[receive_stream(owner=owner, folder=root_of(owner), path=f'{PREFIX}/{i}.txt', "
    "stream=io.BytesIO(b'content %d' % i), size=len(b'content %d' % i), "
    "conflict=Conflict.KEEP_BOTH) for i in range(COUNT)]"
)


PICTURE = (
    "import io; from PIL import Image; from accounts.models import Archive, User; "
    "from accounts.avatars.changes import change_avatar; file = io.BytesIO(); "
    "Image.new('RGB', (80, 40), 'red').save(file, 'PNG'); person = User.objects.get(); "
    "change_avatar(user=person, picture=file.getvalue()); "
    "Archive.objects.create(user=person)"
)
DUMP = (
    "from pathlib import Path; from devops360.backups.database import dump_database; "
    "dump_database(Path('{}'))"
)
SEEN = (
    "import hashlib; from accounts.avatars.changes import everybodys_keys; "
    "from accounts.models import Archive; from accounts.stores import open_file; "
    "print([hashlib.sha256(open_file(key).read()).hexdigest() for key in everybodys_keys()]); "
    "print(f'archives={Archive.objects.count()}')"
)


@dataclass
class Place:
    """A site's database and store, worked on by commands as an operator does."""

    state: Path
    variables: dict[str, str]

    def run(self, *words: str, **variables: str) -> str:
        done = self.attempt(*words, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return manage(*words, state=self.state, **self.variables | variables)

    def versions(self) -> list[list[str]]:
        """Return the key and digest of everything that is kept."""
        found: list[list[str]] = json.loads(self.run("shell", "-v0", "-c", LIST))
        return found

    def upload(self, prefix: str, count: int) -> "subprocess.Popen[bytes]":
        """Begin to upload small files, in a process of its own."""
        code = UPLOAD.replace("PREFIX", f"'{prefix}'").replace("COUNT", str(count))
        code = code.replace("{'" + prefix + "'}", prefix)
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code],
            cwd=ROOT,
            env=environment(self.state, **self.variables),
        )

    def digests(self) -> dict[str, str]:
        """Return the digest of each blob as it lies on the disk, whatever the database says."""
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.blob_files()
        }

    def blob_files(self) -> list[Path]:
        return sorted(path for path in (self.state / "media/users").rglob("*") if path.is_file())


def commands_of_the_page(there: Path) -> list[list[str]]:
    """Return what docs/operate/backups.md has a stranger type to restore from `there`."""
    page = (ROOT / "docs/operate/backups.md").read_text()
    chapter = page.partition("## Restore one\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4,}manage\.py (.*)$", chapter, re.MULTILINE)
    return [shlex.split(line.replace("/mnt/backups", str(there)), comments=True) for line in lines]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A site with the demo account's files."""
    state = tmp_path_factory.mktemp("site")
    with empty_database(state) as variables:
        place = Place(state, variables)
        place.run("migrate", "-v0")
        place.run("createcachetable")
        place.run("create_demo")
        yield place


@pytest.fixture(scope="module")
def there(site: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one backup of it, made while somebody uploads."""
    there = tmp_path_factory.mktemp("backups")
    busy = site.upload("during", 60)
    said = site.run("backup", str(there))
    assert busy.wait(timeout=300) == 0
    assert "0 lost" in said
    return there


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """A place with nothing in it, of the same engine."""
    with empty_database(tmp_path) as variables:
        yield Place(tmp_path, variables)


@pytest.fixture
def copy(there: Path, tmp_path: Path) -> Path:
    """The backup, to be damaged."""
    return Path(shutil.copytree(there, tmp_path / "copy"))


def test_a_site_in_use_comes_back_whole(site: Place, empty: Place, there: Path) -> None:
    again = site.run("backup", str(there))
    assert "0 lost" in again
    kept = site.versions()
    assert len(kept) > 60

    commands = commands_of_the_page(there)
    assert [words[0] for words in commands] == ["restore", "restore"]
    said = "".join(empty.run(*words) for words in commands)
    assert "0 lost" in said
    assert "0 wrong" in said
    assert empty.versions() == kept
    assert empty.digests() == site.digests()
    with running_web(empty.state, **empty.variables) as web:
        wait_until(lambda: get(f"{web.url}/readyz")[0] == 200, "the last step: it is ready")
    assert empty.run("migrate", "--check") == "", "the code and the backup are of one time"
    # What is there is not restored over.
    refused = empty.attempt("restore", str(there))
    assert "The database is not empty" in refused.stderr
    assert empty.versions() == kept


def test_another_backup_copies_what_is_new(site: Place, there: Path) -> None:
    site.run("backup", str(there))
    before = len(site.run("restore", str(there), "--list").splitlines())
    assert site.upload("later", 3).wait(timeout=300) == 0
    assert " 3 copied" in site.run("backup", str(there))
    assert len(site.run("restore", str(there), "--list").splitlines()) == before + 1


def test_old_snapshots_are_given_up_and_what_others_name_stays(
    site: Place, empty: Place, there: Path
) -> None:
    said = site.run("backup", str(there), "--keep", "1")
    assert " 0 blobs" in said
    assert len(site.run("restore", str(there), "--list").splitlines()) == 1
    assert "0 lost" in empty.run("restore", str(there))


def test_an_encrypted_backup_needs_its_key(site: Place, empty: Place, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    identity = pyrage.x25519.Identity.generate()
    site.run("backup", str(sealed), BACKUP_PUBLIC_KEY=str(identity.to_public()))
    written = [path for path in sealed.rglob("*") if path.is_file()]
    plain = {"manifest.json", "blobs.txt"}
    assert all(path.suffix == ".age" for path in written if path.name not in plain)
    assert not any(b"Welcome" in path.read_bytes() for path in written)

    without = empty.attempt("restore", str(sealed))
    assert "It is encrypted. Set BACKUP_SECRET_KEY" in without.stderr
    other = str(pyrage.x25519.Identity.generate())
    wrong = empty.attempt("restore", str(sealed), BACKUP_SECRET_KEY=other)
    assert "It cannot be decrypted" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    said = empty.run("restore", str(sealed), "--verify", BACKUP_SECRET_KEY=str(identity))
    assert "0 lost" in said
    assert empty.versions() == site.versions()


def test_a_second_key_is_refused(site: Place, tmp_path: Path) -> None:
    """Blobs are there once for all: the second key would not open what the first has sealed."""
    sealed = tmp_path / "sealed"
    first, second = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
    site.run("backup", str(sealed), BACKUP_PUBLIC_KEY=first)
    refused = site.attempt("backup", str(sealed), BACKUP_PUBLIC_KEY=second)
    assert "encrypted for another key" in refused.stderr
    assert len(site.run("restore", str(sealed), "--list").splitlines()) == 1


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_what_breaks_off_on_the_way_out_is_lost_and_not_taken_for_whole(
    site: Place, tmp_path: Path, is_encrypted: bool
) -> None:
    there = tmp_path / "another"
    public = str(pyrage.x25519.Identity.generate().to_public()) if is_encrypted else ""
    blob = max(site.blob_files(), key=lambda path: path.stat().st_size)
    content = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(content[:-1])
    try:
        done = site.attempt("backup", str(there), BACKUP_PUBLIC_KEY=public)
    finally:
        blob.write_bytes(content)
    assert done.returncode != 0
    assert " 1 lost" in done.stdout
    assert "its length is not what it was" in done.stdout + done.stderr
    assert not [path for path in there.rglob(f"{blob.name}*") if path.is_file()]
    assert " 1 copied" in site.run("backup", str(there), BACKUP_PUBLIC_KEY=public)


def test_pictures_come_back_and_archives_do_not(site: Place, empty: Place, there: Path) -> None:
    site.run("shell", "-v0", "-c", PICTURE)
    before = site.run("shell", "-v0", "-c", SEEN)
    said = site.run("backup", str(there))
    assert "4 pictures of people copied" in said
    assert "0 pictures of people copied" in site.run("backup", str(there), "--keep", "1")
    assert "4 pictures of people" in empty.run("restore", str(there))
    assert empty.run("shell", "-v0", "-c", SEEN) == before.replace("archives=1", "archives=0")


def test_tables_of_older_code_are_brought_up_to_date(
    site: Place, empty: Place, tmp_path: Path
) -> None:
    """Restoring asks for blobs by columns that an older database may not have."""
    older = tmp_path / "older"
    site.run("backup", str(older))
    (dump,), (manifest,) = older.rglob("database"), older.rglob("manifest.json")
    for path in (dump, manifest):
        path.chmod(0o600)
    dump.unlink()
    # The tables as they were before the last migration that changed blobs.
    site.run("migrate", "-v0", "files", "0014")
    try:
        site.run("shell", "-v0", "-c", DUMP.format(dump))
    finally:
        site.run("migrate", "-v0")
    content = json.loads(manifest.read_text())
    content["database_sha256"] = hashlib.sha256(dump.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(content))
    assert "0 lost" in empty.run("restore", str(older))
    assert empty.versions() == site.versions()
    assert empty.run("migrate", "--check") == ""


def test_what_is_wrong_with_the_place_is_said_in_a_line(
    site: Place, empty: Place, copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    for done in (
        site.attempt("backup", str(tmp_path / "file")),
        empty.attempt("restore", str(tmp_path / "nowhere"), "--list"),
    ):
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
    for dump in (copy / "snapshots").rglob("database"):
        dump.unlink()
    without = empty.attempt("restore", str(copy))
    assert "No such file" in without.stderr
    assert "Traceback" not in without.stderr
    for manifest in copy.rglob("manifest.json"):
        manifest.chmod(0o600)
        manifest.write_text(manifest.read_text()[:-20])
    damaged = empty.attempt("restore", str(copy))
    assert "is damaged" in damaged.stderr
    assert "0 lost" in site.run("backup", str(copy)), "others are made all the same"


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_bucket_takes_backups_too(site: Place, empty: Place, s3: S3, is_encrypted: bool) -> None:
    bucket = s3.make_bucket()
    aws = {name: value for name, value in bucket.environment.items() if name != "S3_BUCKET"}
    if is_encrypted:
        identity = pyrage.x25519.Identity.generate()
        aws["BACKUP_PUBLIC_KEY"] = str(identity.to_public())
        aws["BACKUP_SECRET_KEY"] = str(identity)
    place = f"s3://{bucket.name}/nightly"
    site.run("backup", place, **aws)
    keys = bucket.keys()
    assert keys
    assert all(key.startswith("nightly/") for key in keys)
    said = empty.run("restore", place, "--verify", **aws)
    assert "0 lost" in said
    assert empty.versions() == site.versions()


def test_a_changed_byte_is_found_on_the_way_back(empty: Place, copy: Path) -> None:
    blobs = [path for path in (copy / "blobs").rglob("*") if path.is_file()]
    _flip(max(blobs, key=lambda path: path.stat().st_size))
    done = empty.attempt("restore", str(copy), "--verify")
    assert done.returncode != 0
    assert "1 lost" in done.stdout
    assert "Not everything is back" in done.stderr


def test_a_changed_byte_is_found_on_the_way_out(site: Place, tmp_path: Path) -> None:
    blob = site.blob_files()[0]
    _flip(blob)
    done = site.attempt("backup", str(tmp_path / "another"))
    _flip(blob)
    assert done.returncode != 0
    assert "1 lost" in done.stdout


def test_a_damaged_dump_restores_nothing(empty: Place, copy: Path) -> None:
    for dump in (copy / "snapshots").rglob("database"):
        _flip(dump)
    done = empty.attempt("restore", str(copy))
    assert "is damaged" in done.stderr
    assert not (empty.state / "media/users").exists()


def test_a_backup_without_its_end_is_none(empty: Place, copy: Path) -> None:
    for manifest in copy.rglob("manifest.json"):
        manifest.unlink()
    assert "There is no whole snapshot" in empty.attempt("restore", str(copy)).stderr


def _flip(path: Path) -> None:
    """Change one bit in the middle; twice is never."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
