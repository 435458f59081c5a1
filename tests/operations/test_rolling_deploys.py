"""The old version serves while and after the new one's migrations run: docs/operate/upgrades.md.

So a release adds first, and takes away in a later one, in a migration that says which release was
the last to use it: `Migration.contracts = "0.2.0: the column is not read any more"`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

# The last migrations of the last release, which newer ones run beside; raised with each release.
# Nothing has been released yet: what the first one brings has no older version beside it.
RELEASED = {"accounts": 5, "devops360": 2, "files": 11, "notifications": 3}
CONTRACTS = re.compile(r"(\d+\.\d+\.\d+): \S.+")
CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"

GOES = (migrations.DeleteModel, migrations.RenameModel, migrations.AlterModelTable)


def flaws(operation: Operation, app: str, before: ProjectState) -> Iterator[str]:
    """Yield why the version whose tables are `before` could not go on beside this operation."""
    if isinstance(operation, migrations.RunSQL):
        yield "nobody can read what its SQL does"
    elif isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from flaws(inner, app, before)
    else:
        table = before.models.get((app, _model_of(operation)))
        if table is not None:
            yield from _flaws_of(operation, table.fields)


def _model_of(operation: Any) -> str:
    if isinstance(operation, migrations.RenameModel):
        return str(operation.old_name_lower)
    return str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower()


def _flaws_of(operation: Operation, known: Mapping[str, Any]) -> Iterator[str]:
    """`known`: the fields of the table in the version before."""
    if isinstance(operation, (migrations.RemoveField, migrations.RenameField)):
        name = getattr(operation, "old_name", getattr(operation, "name", ""))
        if name in known:
            yield "the version before still uses it"
    elif isinstance(operation, GOES):
        yield "the version before still uses it"
    elif isinstance(operation, migrations.AddField):
        if _must_be_given(operation.field):
            yield "its INSERTs do not name it: give it db_default, or let it be NULL"
    elif isinstance(operation, migrations.AlterField):
        yield from _narrowed(known.get(operation.name), operation.field)
    elif isinstance(operation, migrations.AddConstraint):
        yield "what it writes may not keep to it"


def _must_be_given(field: Any) -> bool:
    return not (field.null or field.many_to_many or field.has_db_default() or field.generated)


def _narrowed(old: Any, new: Any) -> Iterator[str]:
    if (old is None or old.null) and _must_be_given(new):
        yield "it writes NULL there, or nothing"
    if old is None:
        return
    if old.get_internal_type() != new.get_internal_type():
        yield f"it expects {old.get_internal_type()}"
    if old.max_length and new.max_length and new.max_length < old.max_length:
        yield f"it writes up to {old.max_length} letters"
    if new.unique and not old.unique:
        yield "it may write one twice"


def contracted(migration: Any) -> str:
    """Return the release that `Migration.contracts` names, "" without one. Fails on a false one."""
    words = getattr(migration, "contracts", "")
    if not words:
        return ""
    found = CONTRACTS.fullmatch(words)
    assert found, f"{migration}: contracts must be such as '0.2.0: the column is not read any more'"
    return found[1]


def released_state(loader: MigrationLoader) -> ProjectState:
    last = [key for key in loader.disk_migrations if RELEASED.get(key[0]) == int(key[1][:4] or 0)]
    assert {app for app, _name in last} == set(RELEASED)
    return loader.project_state(nodes=last)


def test_every_migration_leaves_the_version_before_running() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    before = released_state(loader)
    releases = set(re.findall(r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG.read_text(), re.MULTILINE))
    found = []
    for (app, name), migration in loader.disk_migrations.items():
        if app not in RELEASED or int(name[:4]) <= RELEASED[app]:
            continue
        if since := contracted(migration):
            assert since in releases, f"{app}.{name}: {since} is no release in CHANGELOG.md"
            continue
        for operation in migration.operations:
            words = flaws(operation, app, before)
            found += [f"{app}.{name}: {operation.describe()}: {flaw}" for flaw in words]
    assert found == [], "\n".join(found)


@pytest.fixture
def before() -> ProjectState:
    state = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=100)),
        ("size", models.IntegerField(null=True)),
    ]
    state.add_model(ModelState("files", "Thing", fields))
    return state


UNIQUE = models.UniqueConstraint(fields=["name"], name="one_name")
REFUSED = [
    migrations.DeleteModel("Thing"),
    migrations.RenameModel("Thing", "Other"),
    migrations.AlterModelTable("Thing", "other"),
    migrations.RemoveField("Thing", "name"),
    migrations.RenameField("Thing", "name", "title"),
    migrations.AddField("Thing", "kind", models.CharField(max_length=5, default="x")),
    migrations.AlterField("Thing", "size", models.IntegerField(default=0)),
    migrations.AlterField("Thing", "size", models.TextField(null=True)),
    migrations.AlterField("Thing", "name", models.CharField(max_length=50)),
    migrations.AlterField("Thing", "name", models.CharField(max_length=100, unique=True)),
    migrations.AddConstraint("Thing", UNIQUE),
    migrations.RunSQL("DROP TABLE files_thing"),
    migrations.SeparateDatabaseAndState(database_operations=[migrations.DeleteModel("Thing")]),
]
ALLOWED = [
    migrations.AddField("Thing", "kind", models.CharField(max_length=5, null=True)),
    migrations.AddField("Thing", "kind", models.CharField(max_length=5, db_default="x")),
    migrations.AddField("Thing", "others", models.ManyToManyField("files.Thing")),
    migrations.AlterField("Thing", "name", models.CharField(max_length=200, help_text="more")),
    migrations.AlterField("Thing", "size", models.IntegerField(db_default=0)),
    migrations.AddIndex("Thing", models.Index(fields=["name"], name="by_name")),
    migrations.RunPython(migrations.RunPython.noop),
    migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
    migrations.AddField("New", "kind", models.CharField(max_length=5)),
    migrations.RemoveField("Thing", "added_in_this_release"),
    migrations.AddConstraint("New", UNIQUE),
    migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Thing")]),
]


@pytest.mark.parametrize("operation", REFUSED, ids=lambda operation: operation.describe())
def test_what_would_break_the_version_before_is_found(
    operation: Operation, before: ProjectState
) -> None:
    assert list(flaws(operation, "files", before))


@pytest.mark.parametrize("operation", ALLOWED, ids=lambda operation: operation.describe())
def test_what_adds_is_allowed(operation: Operation, before: ProjectState) -> None:
    assert list(flaws(operation, "files", before)) == []


def test_a_contraction_names_the_release_that_made_it_safe() -> None:
    migration = type("Migration", (), {"contracts": "0.2.0: the column is not read any more"})
    assert contracted(migration) == "0.2.0"
    with pytest.raises(AssertionError):
        contracted(type("Migration", (), {"contracts": "because"}))
