"""Sharing against a model that fits on a page: what each person may see, after anything."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
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
    rule,
    run_state_machine_as_test,
)

from files.activity import SITE, Act
from files.conflicts import Conflict
from files.errors import IntoItselfError
from files.grants import end_grant, grant_access
from files.models import Activity, Grant, Node, Share
from files.moving import move_nodes
from files.policy import Action, Role, permits, standings, visible_nodes
from files.sharing import (
    count_download,
    create_link,
    find_link,
    revoke_link,
    shared_node,
)
from files.tests.factories import OwnerFactory
from files.trash import restore_nodes, trash_nodes
from files.tree import create_folder, root_of

GUESTS = 2
RANK = {None: Role.STRANGER, "viewer": Role.VIEWER, "editor": Role.EDITOR}


class SharingMachine(RuleBasedStateMachine):
    """The model: parents, what is in the trash, who was let into what, and links' ends."""

    nodes = Bundle("nodes")
    grants = Bundle("grants")
    links = Bundle("links")

    @initialize(target=nodes)
    def begin(self) -> Any:
        self.owner = OwnerFactory()
        self.guests = [OwnerFactory() for _guest in range(GUESTS)]
        for guest in self.guests:
            EmailAddress.objects.create(user=guest, email=guest.email, verified=True, primary=True)
        self.root = root_of(self.owner)
        self.parent: dict[Any, Any] = {}
        self.trashed: set[Any] = set()
        self.let_in: dict[Any, tuple[Any, int, str]] = {}
        self.link_to: dict[str, tuple[Any, int | None]] = {}
        self.counter = 0
        return multiple()

    # -- Rules ---------------------------------------------------------------------------------
    @rule(target=nodes, place=st.one_of(st.none(), nodes))
    def make(self, place: Any) -> Any:
        if place is not None and not self.lives(place):
            return multiple()
        self.counter += 1
        parent = self.root if place is None else Node.objects.get(pk=place)
        made = create_folder(parent=parent, name=f"n{self.counter}")
        self.parent[made.pk] = place
        return made.pk

    @rule(node=nodes, place=nodes)
    def move(self, node: Any, place: Any) -> None:
        if not (self.lives(node) and self.lives(place)):
            return
        with contextlib.suppress(IntoItselfError):
            move_nodes(
                owner=self.owner,
                nodes=[Node.objects.get(pk=node)],
                target=Node.objects.get(pk=place),
                conflict=Conflict.ASK,
            )
            if self.parent[node] != place:
                self.parent[node] = place

    @rule(node=nodes)
    def delete(self, node: Any) -> None:
        if self.lives(node):
            trash_nodes(owner=self.owner, nodes=[Node.objects.get(pk=node)])
            self.trashed.add(node)

    @rule(node=nodes)
    def restore(self, node: Any) -> None:
        # Where what is around it is in the trash, it would come back elsewhere: not modelled.
        above = self.parent[node]
        if node in self.trashed and (above is None or self.lives(above)):
            restore_nodes(owner=self.owner, nodes=[Node.objects.get(pk=node)])
            self.trashed.discard(node)

    @rule(
        target=grants,
        node=nodes,
        guest=st.integers(0, GUESTS - 1),
        role=st.sampled_from(["viewer", "editor"]),
    )
    def share(self, node: Any, guest: int, role: str) -> Any:
        """Let somebody in, or give whoever is in already another role."""
        grant = grant_access(
            node=Node.objects.get(pk=node),
            address=self.guests[guest].email,
            role=Grant.Role(role),
            act=SITE,
        )
        known = grant.pk in self.let_in
        self.let_in[grant.pk] = (node, guest, role)
        return multiple() if known else grant.pk

    @rule(grant=grants, role=st.sampled_from(["viewer", "editor"]))
    def change_role(self, grant: Any, role: str) -> None:
        node, guest, before = self.let_in[grant]
        changes = Activity.objects.filter(kind=Activity.Kind.ROLE_CHANGED)
        written = changes.count()
        self.share(node, guest, role)
        assert changes.count() - written == (role != before)

    @rule(grant=consumes(grants), leaves=st.booleans())
    def unshare(self, grant: Any, leaves: bool) -> None:
        _node, guest, _role = self.let_in.pop(grant)
        act = Act(actor=self.guests[guest]) if leaves else SITE
        end_grant(grant=Grant.objects.get(pk=grant), act=act)

    @rule(target=links, node=nodes, downloads=st.one_of(st.none(), st.integers(1, 2)))
    def link(self, node: Any, downloads: int | None) -> str:
        _share, secret = create_link(node=Node.objects.get(pk=node), max_downloads=downloads)
        self.link_to[secret] = (node, downloads)
        return secret

    @rule(secret=links)
    def download(self, secret: str) -> None:
        if not self.opens(secret):
            return
        assert count_download(share=find_link(secret))
        node, left = self.link_to[secret]
        self.link_to[secret] = (node, None if left is None else left - 1)

    @rule(secret=consumes(links), expires=st.booleans())
    def end_link(self, secret: str, expires: bool) -> None:
        if not self.opens(secret):
            return
        share = find_link(secret)
        if expires:
            before = timezone.now() - timedelta(seconds=1)
            Share.objects.filter(pk=share.pk).update(expires_at=before)
        else:
            revoke_link(share=share)
        self.link_to[secret] = (None, 0)

    # -- The model -----------------------------------------------------------------------------
    def way(self, node: Any) -> list[Any]:
        steps = []
        while node is not None:
            steps.append(node)
            node = self.parent[node]
        return steps

    def lives(self, node: Any) -> bool:
        return not self.trashed & set(self.way(node))

    def opens(self, secret: str) -> bool:
        node, left = self.link_to[secret]
        return node is not None and self.lives(node) and left != 0

    def role_of(self, guest: int, node: Any) -> str | None:
        way = set(self.way(node))
        given = self.let_in.values()
        roles = {role for place, who, role in given if who == guest and place in way}
        return "editor" if "editor" in roles else "viewer" if roles else None

    # -- What must hold ------------------------------------------------------------------------
    @invariant()
    def everybody_sees_what_the_model_says(self) -> None:
        living = {node for node in self.parent if self.lives(node)}
        for number, guest in enumerate(self.guests):
            seen = set(visible_nodes(guest).values_list("pk", flat=True))
            assert seen == {node for node in living if self.role_of(number, node)}
            nodes = list(Node.objects.filter(pk__in=living))
            found = standings(guest, nodes)
            for node in nodes:
                role, standing = RANK[self.role_of(number, node.pk)], found[node.pk]
                assert standing.role is role
                assert permits(standing, Action.ADD, node) == (role is Role.EDITOR)
                assert not permits(standing, Action.SHARE, node)

    @invariant()
    def links_lead_to_what_they_are_for(self) -> None:
        for secret, (node, _left) in self.link_to.items():
            if not self.opens(secret):
                with pytest.raises(Share.DoesNotExist):
                    find_link(secret)
                continue
            share = find_link(secret)
            for other in self.parent:
                inside = self.lives(other) and node in self.way(other)
                try:
                    shared_node(share=share, pk=other)
                except Node.DoesNotExist:
                    assert not inside
                else:
                    assert inside


def test_sharing_is_as_the_model_says(db: None) -> None:
    run_state_machine_as_test(
        SharingMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
