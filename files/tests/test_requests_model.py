"""File requests against a model that fits on a page: who may send how much, after anything."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from files import requests
from files.activity import Act
from files.errors import ShareError, TooLargeError, UploadLimitError
from files.models import FileRequest, Node, Upload
from files.quota import usage_of
from files.tests.factories import OwnerFactory, make_folder
from files.trash import restore_nodes, trash_nodes
from files.uploads.abort import abort_upload
from files.uploads.parts import receive_part, sign_parts

# Of the site, in bytes and uploads.
SITE_BYTES, OPEN_BYTES, UPLOADS = 20, 8, 2
REQUESTS = 3
LIMITS = {
    "FILES_REQUEST_BYTES": SITE_BYTES,
    "FILES_REQUEST_OPEN_BYTES": OPEN_BYTES,
    "FILES_REQUEST_UPLOADS": UPLOADS,
}
# Few and telling ones: what is bounded is met often.
SIZES = st.sampled_from([0, 1, 5, 5, 9, 9])
TERMS = st.fixed_dictionaries(
    {
        "max_files": st.sampled_from([None] * 5 + [1, 3]),
        "max_bytes": st.sampled_from([None] * 5 + [5, 30]),
        "max_file_bytes": st.sampled_from([None] * 5 + [4, 9]),
    }
)
REFUSED = (ShareError, TooLargeError, UploadLimitError)


@dataclass
class Asked:
    """What is known of a request."""

    pk: Any
    terms: dict[str, int | None]
    closed: bool = False
    ended: bool = False
    received: list[int] = field(default_factory=list)
    # Sizes of what is under way.
    coming: dict[Any, int] = field(default_factory=dict)

    def has_place(self, size: int, beside: list[int]) -> bool:
        taken = [*self.received, *beside]
        most = self.terms["max_bytes"] or SITE_BYTES
        files = self.terms["max_files"]
        return (
            size <= (self.terms["max_file_bytes"] or size)
            and (files is None or len(taken) < files)
            and sum(taken) + size <= most
        )

    def may_begin(self, size: int) -> bool:
        coming = list(self.coming.values())
        at_once = max(OPEN_BYTES, self.terms["max_file_bytes"] or 0)
        crowded = len(coming) >= UPLOADS or sum(coming) + size > at_once
        return self.has_place(size, coming) and not crowded


class RequestMachine(RuleBasedStateMachine):
    """The model: what was asked for, what came of it, what is on its way."""

    asked = Bundle("asked")
    uploads = Bundle("uploads")

    @initialize(target=asked, terms=TERMS)
    def begin(self, terms: dict[str, int | None]) -> str:
        self.owner = OwnerFactory()
        self.folder = make_folder(self.owner, "Inbox")
        self.all: dict[str, Asked] = {}
        self.counter = 0
        return self._create(terms)

    # -- The owner -----------------------------------------------------------------------------
    @precondition(lambda self: len(self.all) < REQUESTS)
    @rule(target=asked, terms=TERMS)
    def ask(self, terms: dict[str, int | None]) -> str:
        return self._create(terms)

    def _create(self, terms: dict[str, int | None]) -> str:
        request, secret = requests.create_request(node=self.folder, label="x", **terms)  # type: ignore[arg-type]
        self.all[secret] = Asked(request.pk, terms)
        return secret

    @rule(secret=asked, terms=TERMS)
    def change(self, secret: str, terms: dict[str, int | None]) -> None:
        request = self.row(secret)
        requests.change_request(request=request, **{**requests.terms_of(request), **terms})
        self.all[secret].terms = terms

    @rule(secret=asked)
    def close(self, secret: str) -> None:
        requests.close_request(request=self.row(secret))
        self.all[secret].closed |= not self.all[secret].ended

    @rule(secret=asked)
    def reopen(self, secret: str) -> None:
        requests.reopen_request(request=self.row(secret))
        self.all[secret].closed = False

    @rule(secret=consumes(asked), expires=st.booleans())
    def end(self, secret: str, expires: bool) -> None:
        if expires:
            before = timezone.now() - timedelta(seconds=1)
            FileRequest.objects.filter(pk=self.all[secret].pk).update(expires_at=before)
        else:
            requests.end_request(request=self.row(secret))
            self.all[secret].coming.clear()
        self.all[secret].ended = True

    @rule()
    def delete_and_restore(self) -> None:
        trash_nodes(owner=self.owner, nodes=[self.folder])
        for secret in self.all:
            with pytest.raises(FileRequest.DoesNotExist):
                requests.find_request(secret)
        restore_nodes(owner=self.owner, nodes=[Node.objects.get(pk=self.folder.pk)])

    # -- Guests --------------------------------------------------------------------------------
    @rule(secret=asked, size=SIZES)
    def send(self, secret: str, size: int) -> None:
        if not self.leads(secret):
            return
        request, name = requests.find_request(secret), self.name()
        stream, act = io.BytesIO(bytes(size)), Act(request=request, guest="Anna")
        fits = self.all[secret].has_place(size, [])
        try:
            requests.receive_for_request(
                request=request, name=name, stream=stream, size=size, act=act
            )
        except REFUSED:
            assert not fits
        else:
            assert fits
            self.all[secret].received.append(size)

    @rule(target=uploads, secret=asked, size=SIZES)
    def begin_parts(self, secret: str, size: int) -> Any:
        if not self.leads(secret):
            return multiple()
        request, key = requests.find_request(secret), self.name()
        act = Act(request=request, guest="Anna")
        fits = self.all[secret].may_begin(size)
        try:
            upload = requests.begin_for_request(
                request=request, name="parts.bin", size=size, key=key, act=act
            )
        except REFUSED:
            assert not fits
            return multiple()
        assert fits
        self.all[secret].coming[upload.pk] = size
        return (secret, upload.pk)

    @rule(begun=consumes(uploads), finishes=st.booleans())
    def end_parts(self, begun: Any, finishes: bool) -> None:
        secret, pk = begun
        asked = self.all[secret]
        if pk not in asked.coming or not self.leads(secret):
            return
        size = asked.coming.pop(pk)
        upload = Upload.objects.select_related("folder", "file_request").get(pk=pk)
        if not finishes:
            abort_upload(upload=upload)
            return
        token = sign_parts(upload=upload, wanted=[(1, "")])[0].url.split("/")[-2]
        receive_part(token=token, stream=io.BytesIO(bytes(size)), length=size)
        fits = asked.has_place(size, [])
        act = Act(request=requests.find_request(secret), guest="Anna")
        try:
            requests.complete_for_request(upload=upload, act=act)
        except REFUSED:
            assert not fits
        else:
            assert fits
            asked.received.append(size)

    # -- The model -----------------------------------------------------------------------------
    def name(self) -> str:
        self.counter += 1
        return f"{self.counter}.bin"

    def row(self, secret: str) -> FileRequest:
        return FileRequest.objects.select_related("node").get(pk=self.all[secret].pk)

    def leads(self, secret: str) -> bool:
        asked = self.all[secret]
        return not (asked.closed or asked.ended)

    # -- What must hold ------------------------------------------------------------------------
    @invariant()
    def links_lead_where_the_model_says(self) -> None:
        for secret, asked in self.all.items():
            if not self.leads(secret):
                with pytest.raises(FileRequest.DoesNotExist):
                    requests.find_request(secret)
                continue
            found = requests.find_request(secret)
            assert (found.files, found.bytes) == (len(asked.received), sum(asked.received))
            open_one = FileRequest.objects.open().filter(pk=asked.pk)
            assert open_one.exists() == (not found.is_full)

    @invariant()
    def the_owners_space_is_what_came_and_what_is_coming(self) -> None:
        usage = usage_of(self.owner)
        assert usage.used == sum(sum(asked.received) for asked in self.all.values())
        assert usage.reserved == sum(sum(asked.coming.values()) for asked in self.all.values())
        received = sum(len(asked.received) for asked in self.all.values())
        assert Node.objects.owned_by(self.owner).files().count() == received


def test_requests_are_as_the_model_says(db: None) -> None:
    with override_settings(**LIMITS):
        run_state_machine_as_test(
            RequestMachine,
            settings=settings(
                max_examples=8,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
