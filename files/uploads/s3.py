"""Parts on S3: a multipart upload, whose parts senders put straight into the bucket.

The SHA-256 of each part is signed into its address, so that S3 takes these bytes and no others.
Where the bucket is out of the senders' reach (S3_PROXY), parts pass through us instead.
"""

import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings
from django.utils.translation import gettext as _

from files.blobs import HEAD, Readable
from files.errors import MissingPartsError, UploadError, UploadGoneError
from files.models import Upload, UploadPart
from files.object_storage import VaultS3Storage, is_missing, plain_errors
from files.storage import BLOBS
from files.uploads.part_stores import Arrived, Pieces, Signed, Stray, Whole
from files.uploads.plan import Part, missing_parts, part_count

# A part that passes through us waits here in memory; a larger one on the disk.
IN_MEMORY = 1024**2


class S3Parts:
    rereads = False

    def __init__(self, storage: VaultS3Storage) -> None:
        self._storage = storage

    @property
    def direct(self) -> bool:
        return not settings.S3_PROXY

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self._storage.bucket_name, "Key": key}

    def _multipart(self, upload: Upload) -> dict[str, str]:
        return self._object(upload.key) | {"UploadId": upload.store_upload_id}

    def begin(self, *, key: str, size: int, parts: int) -> str:
        with plain_errors():
            answer = self._storage.client.create_multipart_upload(
                **self._object(key),
                ChecksumAlgorithm="SHA256",
                ContentType="application/octet-stream",
            )
        return str(answer["UploadId"])

    def receive(self, upload: Upload, part: Part, stream: Readable, sha256: str) -> str:
        # S3 wants the digest first: the part is kept until it is whole.
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
            pieces = Pieces(stream, part)
            for piece in pieces:
                waiting.write(piece)
            digest = pieces.sha256(expected=sha256)
            waiting.seek(0)
            self._remember(upload, [(part, digest)])
            params = self._part(upload, part, digest) | {"ContentLength": part.length}
            try:
                with plain_errors():
                    answer = self._storage.client.upload_part(**params, Body=waiting)
            except ClientError as error:
                raise _gone() from error
        return str(answer["ETag"])

    def sign(self, upload: Upload, parts: Sequence[tuple[Part, str]]) -> list[Signed]:
        if not all(sha256 for _, sha256 in parts):
            raise UploadError(_("Say the SHA-256 of each part."))
        self._remember(upload, parts)
        return [self._sign(upload, part, sha256) for part, sha256 in parts]

    def _sign(self, upload: Upload, part: Part, sha256: str) -> Signed:
        params = self._part(upload, part, sha256)
        url: str = self._storage.client.generate_presigned_url(
            "upload_part", Params=params, ExpiresIn=settings.FILES_PART_SECONDS
        )
        return Signed(part.number, url, {"x-amz-checksum-sha256": params["ChecksumSHA256"]})

    def _part(self, upload: Upload, part: Part, sha256: str) -> dict[str, Any]:
        numbered = {"PartNumber": part.number, "ChecksumSHA256": _base64(sha256)}
        return self._multipart(upload) | numbered

    def _remember(self, upload: Upload, parts: Sequence[tuple[Part, str]]) -> None:
        """Keep the digests: S3 asks for them again when the upload is completed."""
        rows = [
            UploadPart(upload=upload, number=part.number, size=part.length, sha256=sha256)
            for part, sha256 in parts
        ]
        UploadPart.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["upload", "number"],
            update_fields=["size", "sha256", "arrived_at"],
        )

    def arrived(self, upload: Upload) -> list[Arrived]:
        try:
            found = self._parts(upload)
        except ClientError:
            if self._is_assembled(upload):
                # S3 forgets parts once they are one object.
                rows = UploadPart.objects.filter(upload=upload).order_by("number")
                return [Arrived(row.number, row.size, f'"{row.sha256}"') for row in rows]
            raise _gone() from None
        return [Arrived(part["PartNumber"], part["Size"], part["ETag"]) for part in found]

    def _parts(self, upload: Upload) -> list[dict[str, Any]]:
        with plain_errors():
            pages = self._storage.client.get_paginator("list_parts").paginate(
                **self._multipart(upload)
            )
            found = [part for page in pages for part in page.get("Parts", [])]
        # S3 lists the newest of each number alone; some that speak its language list all.
        newest = {part["PartNumber"]: part for part in sorted(found, key=_age)}
        return [newest[number] for number in sorted(newest)]

    def assemble(self, upload: Upload) -> Whole:
        digests = dict(UploadPart.objects.filter(upload=upload).values_list("number", "sha256"))
        try:
            parts = self._parts(upload)
            sums = {part["PartNumber"]: part.get("ChecksumSHA256") for part in parts}
            if missing := missing_parts(upload, sums):
                raise MissingPartsError(missing)
            self._complete(upload, parts, digests)
            digests |= {number: _hexadecimal(value) for number, value in sums.items() if value}
        except ClientError:
            # Done before, and only the answer was lost; else it is gone.
            if not self._is_assembled(upload):
                raise _gone() from None
        single = part_count(upload) == 1
        return Whole(head=self._head(upload), sha256=digests.get(1, "") if single else "")

    def _complete(
        self, upload: Upload, parts: list[dict[str, Any]], digests: dict[int, str]
    ) -> None:
        told = [
            {
                "PartNumber": part["PartNumber"],
                "ETag": part["ETag"],
                "ChecksumSHA256": part.get("ChecksumSHA256")
                or _base64(digests[part["PartNumber"]]),
            }
            for part in parts
        ]
        with plain_errors():
            self._storage.client.complete_multipart_upload(
                **self._multipart(upload), MultipartUpload={"Parts": told}
            )

    def _is_assembled(self, upload: Upload) -> bool:
        try:
            with plain_errors():
                found = self._storage.client.head_object(**self._object(upload.key))
        except ClientError:
            return False
        return bool(found["ContentLength"] == upload.size)

    def _head(self, upload: Upload) -> bytes:
        if not upload.size:
            return b""
        with plain_errors():
            answer = self._storage.client.get_object(
                **self._object(upload.key), Range=f"bytes=0-{HEAD - 1}"
            )
            data: bytes = answer["Body"].read()
        return data

    def tidy(self, upload: Upload) -> None:
        """Nothing is left beside the object."""

    def forget(self, upload: Upload) -> None:
        self.clear(Stray(upload.key, upload.store_upload_id))
        self._storage.delete(upload.key)

    def strays(self, before: datetime) -> Iterator[Stray]:
        with plain_errors():
            pages = self._storage.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._storage.bucket_name, Prefix=f"{BLOBS}/"
            )
            for page in pages:
                for found in page.get("Uploads", []):
                    if found["Initiated"] < before:
                        yield Stray(found["Key"], found["UploadId"])

    def clear(self, stray: Stray) -> None:
        try:
            with plain_errors():
                self._storage.client.abort_multipart_upload(
                    **self._object(stray.key), UploadId=stray.store_upload_id
                )
        except ClientError as error:
            if not is_missing(error):
                raise


def _age(part: dict[str, Any]) -> datetime:
    sent: datetime = part["LastModified"]
    return sent


def _gone() -> UploadGoneError:
    return UploadGoneError(_("S3 has forgotten this upload. Start it again."))


def _base64(sha256: str) -> str:
    return b64encode(bytes.fromhex(sha256)).decode()


def _hexadecimal(value: str) -> str:
    return b64decode(value).hex()
