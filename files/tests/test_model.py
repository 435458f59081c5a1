"""Whatever is done, in whatever order: tree, trash, versions and quota agree with a model."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from files.conflicts import Conflict
from files.errors import FilesError
from files.models import Blob, Node, Vault, Version
from files.moving import copy_nodes, move_nodes
from files.quota import set_quota
from files.recount import recount_vault
from files.tests.factories import OwnerFactory, store_blob
from files.tests.model import Model, Thing
from files.trash import purge_nodes, restore_nodes, trash_nodes
from files.tree import create_folder, rename_node, root_of
from files.uploads.finish import place_blob
from files.versions import delete_version, restore_version

QUOTA = 5_000
names = st.sampled_from(["a", "B", "b", "c"])
# The frequent ones more than once.
STEPS = (
    *("upload", "upload", "upload", "upload_what_is_kept_or_released"),
    *("make_folder", "rename", "move_or_copy", "move_or_copy"),
    *("delete", "restore_or_purge", "restore_or_purge"),
    *("restore_or_delete_a_version", "change_the_quota"),
)
conflicts = st.sampled_from(Conflict)
type Data = st.DataObject


class Vaults(RuleBasedStateMachine):
    """Each step is done to both; what one refuses, the other must refuse in the same way."""

    def __init__(self) -> None:
        super().__init__()
        # A whole run is one transaction, which is undone at the end.
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.owner: Any = OwnerFactory()
        self.root = root_of(self.owner)
        self.model = Model(QUOTA)
        self.blobs: list[Blob] = []
        self.pairs: list[tuple[Thing, Node]] = []
        set_quota(owner_id=self.owner.pk, quota=QUOTA)
        # Something to begin with: from nothing, most steps would find nothing to do.
        for name in ("a", "b"):
            self.model.make_folder(self.model.root, name)
            create_folder(parent=self.root, name=name)

    def teardown(self) -> None:
        assert recount_vault(owner_id=self.owner.pk) == 0
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    # -- Pairs of a thing of the model and its node ----------------------------------------------
    def read_all(self) -> dict[Node, Thing]:
        """Return what the database holds, as the model would have it."""
        contents = {blob.pk: number for number, blob in enumerate(self.blobs)}
        held: dict[Any, list[int]] = {}
        versions = Version.objects.filter(node__owner=self.owner).order_by("number")
        for node_id, blob_id in versions.values_list("node_id", "blob_id"):
            held.setdefault(node_id, []).append(contents[blob_id])
        made = {
            node: Thing(node.name, None, None if node.is_folder else held[node.pk])
            for node in Node.objects.filter(owner=self.owner).order_by("pk")
        }
        by_id = {node.pk: thing for node, thing in made.items()}
        for node, thing in made.items():
            if node.parent_id is not None:
                thing.put(by_id[node.parent_id])
            if node.trash_root_id is not None:
                thing.trash_root = by_id[node.trash_root_id]
            if node.content_id is not None:
                assert (thing.versions or [])[-1:] == [contents[node.content_id]]
        return made

    def compare(self) -> None:
        """Walk both trees together. Twins that nothing tells apart may be swapped."""
        made = self.read_all()
        assert made[self.root].shape() == self.model.root.shape()
        node_of = {id(thing): node for node, thing in made.items()}
        walked = _side_by_side(self.model.root, made[self.root])
        self.pairs = [(thing, node_of[id(twin)]) for thing, twin in walked]

    def pick(self, data: Data, wanted: Callable[[Thing], bool]) -> tuple[Thing, Node] | None:
        fitting = [(thing, node) for thing, node in self.pairs if wanted(thing)]
        return fitting[data.draw(st.integers(0, len(fitting) - 1))] if fitting else None

    def folder(self, data: Data) -> tuple[Thing, Node]:
        found = self.pick(data, lambda thing: thing.is_folder and thing.trash_root is None)
        assert found is not None, "the root is always there"
        return found

    def living(self, data: Data) -> tuple[Thing, Node] | None:
        return self.pick(
            data, lambda thing: thing.trash_root is None and thing is not self.model.root
        )

    def both(self, model: Callable[[], object], real: Callable[[], object]) -> None:
        refused: type[FilesError] | None = None
        try:
            model()
        except FilesError as error:
            refused = type(error)
        if refused is None:
            real()
            return
        with pytest.raises(refused):
            real()

    # -- What people do --------------------------------------------------------------------------
    # One rule that chooses: of several, Hypothesis leaves some out of each run, and hardly any run
    # would both upload and purge.
    @rule(data=st.data(), step=st.sampled_from(STEPS), conflict=conflicts)
    def step(self, data: Data, step: str, conflict: Conflict) -> None:
        getattr(self, step)(data, conflict)

    def upload(self, data: Data, conflict: Conflict) -> None:
        size = data.draw(st.integers(0, 1_500))
        name = data.draw(names)
        content = len(self.blobs)
        stream = io.BytesIO(bytes(size))
        self.blobs.append(
            store_blob(owner=self.owner, stream=stream, name=name, expected=size, limit=size)
        )
        self.model.sizes[content] = size
        self.place(data, name, content, conflict)

    def upload_what_is_kept_or_released(self, data: Data, conflict: Conflict) -> None:
        if self.blobs:
            content = data.draw(st.integers(0, len(self.blobs) - 1))
            self.place(data, data.draw(names), content, conflict)

    def place(self, data: Data, name: str, content: int, conflict: Conflict) -> None:
        thing, node = self.folder(data)
        # As it was read before: what has become of it since is the database's to know.
        blob = self.blobs[content]
        self.both(
            lambda: self.model.place(thing, name, content, conflict),
            lambda: place_blob(folder=node, folders=[], name=name, blob=blob, conflict=conflict),
        )

    def make_folder(self, data: Data, conflict: Conflict) -> None:
        name = data.draw(names)
        thing, node = self.folder(data)
        self.both(
            lambda: self.model.make_folder(thing, name),
            lambda: create_folder(parent=node, name=name),
        )

    def rename(self, data: Data, conflict: Conflict) -> None:
        name = data.draw(names)
        if found := self.living(data):
            thing, node = found
            self.both(
                lambda: self.model.rename(thing, name), lambda: rename_node(node=node, name=name)
            )

    def move_or_copy(self, data: Data, conflict: Conflict) -> None:
        copies = data.draw(st.booleans())
        found = self.living(data)
        if not found or len(self.model.things()) > 40:
            return
        (thing, node), (folder, target) = found, self.folder(data)
        in_model = self.model.copy if copies else self.model.move
        in_vault = copy_nodes if copies else move_nodes
        self.both(
            lambda: in_model(thing, folder, conflict),
            lambda: in_vault(owner=self.owner, nodes=[node], target=target, conflict=conflict),
        )

    def delete(self, data: Data, conflict: Conflict) -> None:
        if found := self.living(data):
            thing, node = found
            self.model.delete(thing)
            trash_nodes(owner=self.owner, nodes=[node])

    def restore_or_purge(self, data: Data, conflict: Conflict) -> None:
        purges = data.draw(st.booleans())
        if found := self.pick(data, lambda thing: thing.trash_root is thing):
            thing, node = found
            if purges:
                self.model.purge(thing)
                purge_nodes(owner=self.owner, nodes=[node])
            else:
                self.model.restore(thing)
                restore_nodes(owner=self.owner, nodes=[node])

    def restore_or_delete_a_version(self, data: Data, conflict: Conflict) -> None:
        deletes = data.draw(st.booleans())
        found = self.pick(data, lambda it: bool(it.versions) and it.trash_root is None)
        if not found:
            return
        thing, node = found
        versions = list(node.versions.order_by("number"))
        index = data.draw(st.integers(0, len(versions) - 1))
        in_model = self.model.delete_version if deletes else self.model.restore_version
        in_vault: Callable[..., object] = delete_version if deletes else restore_version
        self.both(lambda: in_model(thing, index), lambda: in_vault(version=versions[index]))

    def change_the_quota(self, data: Data, conflict: Conflict) -> None:
        quota = data.draw(st.integers(0, 2 * QUOTA))
        self.model.quota = quota
        set_quota(owner_id=self.owner.pk, quota=quota)

    # -- What must always hold -------------------------------------------------------------------
    @invariant()
    def the_trees_are_alike(self) -> None:
        self.compare()

    @invariant()
    def what_is_used_is_what_versions_name(self) -> None:
        assert Vault.objects.get(owner=self.owner).used == self.model.used()
        counted = Blob.objects.filter(owner=self.owner, released_at=None)
        named = {self.blobs[content].pk for content in self.model.named()}
        assert set(counted.values_list("pk", flat=True)) == named


def _side_by_side(one: Thing, other: Thing) -> list[tuple[Thing, Thing]]:
    pairs = [(one, other)]
    by_shape = [sorted(it.children, key=lambda child: repr(child.shape())) for it in (one, other)]
    for child, twin in zip(*by_shape, strict=True):
        pairs += _side_by_side(child, twin)
    return pairs


@pytest.mark.django_db
def test_whatever_is_done_agrees_with_a_simple_model() -> None:
    run_state_machine_as_test(
        Vaults,
        settings=settings(
            max_examples=16,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            # Add Phase.shrink to look into a failure: it takes minutes, which no run should.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
