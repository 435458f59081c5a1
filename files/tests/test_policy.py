"""The table of who may do what: each action by each role, and by real people on real things."""

from typing import Any

import pytest

from files.errors import NotAllowedError
from files.models import Grant, Node
from files.policy import (
    Action,
    Role,
    allows,
    link_role,
    may,
    require,
    require_copy,
    require_move,
    standing_of,
    visible_nodes,
    visible_way,
)
from files.sharing import create_link
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder
from files.trash import trash_nodes
from files.tree import create_folder, root_of

# In the order of the actions in COLUMNS: "x" may, "-" may not.
COLUMNS = ("see", "download", "add", "change", "arrange", "watch", "share", "purge")
EXPECTED = {
    Role.OWNER: "xxxxxxxx",
    Role.EDITOR: "xxxxxx--",
    Role.VIEWER: "xx------",
    Role.LINK: "xx------",
    Role.LINK_VIEW: "x-------",
    Role.REQUEST: "--x-----",
    Role.STRANGER: "--------",
}


@pytest.fixture
def editor(db: None) -> Any:
    return OwnerFactory()


@pytest.fixture
def viewer(db: None) -> Any:
    return OwnerFactory()


@pytest.fixture
def shared(owner: Any, editor: Any, viewer: Any) -> Node:
    """Above/Shared/Inner/deep.txt: Shared is shared with the editor and the viewer."""
    folder = make_folder(owner, "Above", "Shared")
    make_file(create_folder(parent=folder, name="Inner"), "deep.txt")
    let_in(editor, folder, Grant.Role.EDITOR)
    let_in(viewer, folder, Grant.Role.VIEWER)
    return folder


@pytest.fixture
def people(owner: Any, editor: Any, viewer: Any, stranger: Any) -> dict[Role, Any]:
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    return {
        Role.OWNER: owner,
        Role.EDITOR: editor,
        Role.VIEWER: viewer,
        Role.STRANGER: stranger,
    }


def named(name: str) -> Node:
    return Node.objects.get(name=name)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_each_action_by_each_role(role: Role, action: Action) -> None:
    assert allows(role, action) == (EXPECTED[role][COLUMNS.index(action)] == "x")


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("name", ["Shared", "Inner", "deep.txt"])
def test_each_action_by_each_person(
    people: dict[Role, Any], shared: Node, action: Action, name: str
) -> None:
    node = named(name)
    column = COLUMNS.index(action)
    expected = {person: EXPECTED[role][column] for role, person in people.items()}
    if action is Action.ARRANGE and name == "Shared":
        # Its name and place belong to the folder above, which the editor does not see.
        expected[people[Role.EDITOR]] = "-"
    assert {person: may(person, action, node) for person in expected} == {
        person: mark == "x" for person, mark in expected.items()
    }


def test_what_lies_above_and_beside_is_a_strangers(owner: Any, editor: Any, shared: Node) -> None:
    beside = make_file(named("Above"), "beside.txt")
    for node in (named("Above"), beside, root_of(owner)):
        assert standing_of(editor, node).role is Role.STRANGER
        with pytest.raises(Node.DoesNotExist):
            require(editor, Action.SEE, [node])


def test_what_is_seen_but_not_allowed_is_refused_in_words(viewer: Any, shared: Node) -> None:
    with pytest.raises(NotAllowedError, match="Ask its owner"):
        require(viewer, Action.ADD, [shared])
    with pytest.raises(NotAllowedError, match="Only its owner can share"):
        require(viewer, Action.SHARE, [shared])


def test_one_strange_thing_among_many_is_as_if_none_were_there(
    owner: Any, editor: Any, shared: Node
) -> None:
    beside = make_file(named("Above"), "beside.txt")
    with pytest.raises(Node.DoesNotExist):
        require(editor, Action.PURGE, [shared, beside])


def test_the_better_of_two_ways_counts(viewer: Any, shared: Node) -> None:
    let_in(viewer, named("Inner"), Grant.Role.EDITOR)
    assert not may(viewer, Action.ARRANGE, named("Inner"))
    assert may(viewer, Action.ARRANGE, named("deep.txt"))
    assert not may(viewer, Action.ADD, shared)


@pytest.mark.parametrize("end", ["ended", "trashed", "owner inactive"])
def test_when_it_ends_they_are_strangers(owner: Any, editor: Any, shared: Node, end: str) -> None:
    if end == "ended":
        Grant.objects.filter(person=editor).delete()
    elif end == "trashed":
        trash_nodes(owner=owner, nodes=[shared])
    else:
        owner.is_active = False
        owner.save()
    assert standing_of(editor, named("deep.txt")).role is Role.STRANGER
    assert not visible_nodes(editor).exists()


def test_moves_stay_within_what_is_shared(owner: Any, editor: Any, shared: Node) -> None:
    deep, inner = named("deep.txt"), named("Inner")
    require_move(editor, [deep], shared)
    other = make_folder(owner, "Other")
    let_in(editor, other, Grant.Role.EDITOR)
    for target in (other, root_of(editor)):
        with pytest.raises(NotAllowedError, match="within one shared folder"):
            require_move(editor, [deep], target)
    with pytest.raises(Node.DoesNotExist):
        require_move(editor, [inner], named("Above"))
    mine = make_file(root_of(editor), "mine.txt")
    with pytest.raises(NotAllowedError):
        require_move(editor, [mine], shared)
    require_move(owner, [deep], other)


def test_copies_stay_in_the_vault(editor: Any, viewer: Any, shared: Node) -> None:
    deep = named("deep.txt")
    require_copy(editor, [deep], shared)
    with pytest.raises(NotAllowedError, match="Download it"):
        require_copy(viewer, [deep], root_of(viewer))


def test_everything_visible_and_no_more(
    owner: Any, editor: Any, stranger: Any, shared: Node
) -> None:
    make_file(named("Above"), "beside.txt")
    trash_nodes(owner=owner, nodes=[make_file(shared, "gone.txt")])
    mine = make_file(root_of(editor), "mine.txt")
    names = set(visible_nodes(editor).values_list("name", flat=True))
    assert names == {"", mine.name, "Shared", "Inner", "deep.txt"}
    assert not visible_nodes(stranger).exists()
    assert visible_nodes(owner).count() == Node.objects.owned_by(owner).living().count()


def test_the_way_begins_where_it_is_shared(owner: Any, editor: Any, shared: Node) -> None:
    let_in(editor, named("Inner"), Grant.Role.VIEWER)
    deep = named("deep.txt")
    assert [step.name for step in visible_way(editor, deep)] == ["Shared", "Inner", "deep.txt"]
    assert [step.name for step in visible_way(owner, deep)] == [
        *("", "Above", "Shared"),
        *("Inner", "deep.txt"),
    ]


def test_links_have_their_role(owner: Any, shared: Node) -> None:
    assert link_role(create_link(node=shared)[0]) is Role.LINK
    assert link_role(create_link(node=shared, view_only=True)[0]) is Role.LINK_VIEW


def test_the_cost_does_not_grow_with_what_is_asked(
    owner: Any, editor: Any, shared: Node, django_assert_num_queries: Any
) -> None:
    nodes = [make_file(shared, f"{number}.txt") for number in range(20)]
    with django_assert_num_queries(0):
        require(owner, Action.ARRANGE, nodes)
    with django_assert_num_queries(2):
        require(editor, Action.ARRANGE, nodes)
    with django_assert_num_queries(1):
        list(visible_nodes(editor))
