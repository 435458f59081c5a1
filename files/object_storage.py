"""The S3 store: django-storages' own, with time limits, plain errors, and reads that stream."""

import io
import time
from collections.abc import Buffer, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from files.errors import FilesError, StoreUnavailableError
from files.metrics import STORE_SECONDS

MISSING = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})
CONNECT_SECONDS = 5
READ_SECONDS = 30
ATTEMPTS = 3
PART = 16 * 1024**2
# These take as long as somebody sends.
WITH_A_BODY = frozenset({"PutObject", "UploadPart"})


def is_missing(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code", "") in MISSING


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what S3 and the way to it may raise into StoreUnavailableError.

    What is missing stays a ClientError: whoever asks knows what that means.
    """
    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise
        raise StoreUnavailableError from error
    except HTTPClientError as error:
        # What a sender's own stream raised comes back wrapped.
        if isinstance(cause := error.kwargs.get("error"), FilesError):
            raise cause from error
        raise StoreUnavailableError from error
    except (BotoCoreError, HTTPError) as error:
        raise StoreUnavailableError from error


def _begin_timing(*, context: dict[str, Any], **others: Any) -> None:
    context["vault.begun"] = time.monotonic()


def _end_timing(*, context: dict[str, Any], event_name: str, **others: Any) -> None:
    """Note how long a call took, tries again with it: "after-call.s3.HeadObject".

    Events: https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """
    act = event_name.rpartition(".")[2]
    if act not in WITH_A_BODY:
        STORE_SECONDS.labels("s3", act).observe(time.monotonic() - context["vault.begun"])


@deconstructible(path="files.object_storage.VaultS3Storage")
class VaultS3Storage(S3Storage):
    """S3Storage fetches an object whole before the first byte can be read; this one streams."""

    # Set by S3Storage from its options.
    bucket_name: str

    def __init__(self, **options: Any) -> None:
        options.setdefault("client_config", self._config(options))
        # One part in memory at a time per request, whatever the size. S3 takes 10,000 of them: of
        # these, what a vault may hold by default, packed for download (accounts/archives.py).
        transfer = TransferConfig(use_threads=False, multipart_chunksize=PART)
        options.setdefault("transfer_config", transfer)
        super().__init__(**options)

    @staticmethod
    def _config(options: dict[str, Any]) -> Config:
        return Config(
            signature_version="s3v4",
            # "auto" signs with the global name, from which S3 redirects to a new bucket's region:
            # browsers' uploads do not survive that.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "virtual"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )

    def _create_session(self) -> Any:
        session = super()._create_session()
        session.events.register("before-call.s3", _begin_timing)
        session.events.register("after-call.s3", _end_timing)
        session.events.register("after-call-error.s3", _end_timing)
        return session

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def _open(self, name: str, mode: str = "rb") -> Any:
        return io.BufferedReader(S3Reader(self, name), 256 * 1024)

    def _save(self, name: str, content: File[Any]) -> str:
        with plain_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with plain_errors():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with plain_errors():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with plain_errors():
            return int(super().size(name))

    def require_bucket(self, name: str) -> None:
        """Raise StoreUnavailableError where an object is missing because the whole bucket is.

        A HEAD is answered by 404 for both, without a word; the answer to a GET has one for each.
        """
        with plain_errors():
            try:
                where = {"Bucket": self.bucket_name, "Key": name}
                self.client.get_object(**where, Range="bytes=0-0")["Body"].close()
            except ClientError as error:
                if not is_missing(error):
                    raise

    def signed_url(self, name: str, *, disposition: str, media_type: str) -> str:
        """Return an address that gives the object for a short while, with these headers."""
        headers = {
            "ResponseContentDisposition": disposition,
            "ResponseContentType": media_type,
            "ResponseCacheControl": "private, no-cache",
        }
        with plain_errors():
            return str(self.url(name, parameters=headers))


class S3Reader(io.RawIOBase):
    """An object as a file: read as it streams in; a seek begins another stream where it is read."""

    def __init__(self, storage: VaultS3Storage, name: str) -> None:
        super().__init__()
        self._storage = storage
        self._name = name
        self._position = 0
        self._stream: Any = None
        self._size = self._find()

    def _find(self) -> int:
        where = {"Bucket": self._storage.bucket_name, "Key": self._name}
        try:
            with plain_errors():
                return int(self._storage.client.head_object(**where)["ContentLength"])
        except ClientError as error:
            # Of a bucket that is not there no object is missing: as of a disk that is not mounted.
            self._storage.require_bucket(self._name)
            raise FileNotFoundError(self._name) from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        target = max(0, base + offset)
        if target != self._position:
            self._drop()
        self._position = target
        return target

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        if self._position >= self._size or not view:
            return 0
        with plain_errors():
            if self._stream is None:
                self._stream = self._begin()
            data: bytes = self._stream.read(len(view))
        if not data:
            raise StoreUnavailableError
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _begin(self) -> Any:
        where = {"Bucket": self._storage.bucket_name, "Key": self._name}
        try:
            answer = self._storage.client.get_object(**where, Range=f"bytes={self._position}-")
        except ClientError as error:
            if is_missing(error):
                # Deleted since it was opened.
                raise FileNotFoundError(self._name) from error
            raise
        return answer["Body"]

    def _drop(self) -> None:
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None

    def close(self) -> None:
        self._drop()
        super().close()
