"""An empty database is made in one step an app, others go on step by step: both end the same."""

import pytest
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

APPS = {"accounts", "devops360", "files", "notifications"}


def singly() -> MigrationLoader:
    return MigrationLoader(None, replace_migrations=False)


def squashed() -> MigrationLoader:
    return MigrationLoader(None)


def stand_for_others() -> dict[str, Migration]:
    """Return the migration of each app that stands for several, by app."""
    found = {
        app: migration
        for (app, _), migration in singly().disk_migrations.items()
        if app in APPS and migration.replaces
    }
    assert set(found) == APPS
    return found


def described(state: ProjectState) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return what makes each table: its columns, indexes, constraints."""
    return {
        key: (
            {name: field.deconstruct()[1:] for name, field in model.fields.items()},
            sorted(map(repr, model.options.get("indexes", ()))),
            sorted(map(repr, model.options.get("constraints", ()))),
        )
        for key, model in state.models.items()
        if key[0] in APPS
    }


def test_both_ways_end_in_the_same_tables() -> None:
    ones = stand_for_others().values()
    steps = [one.replaces[-1] for one in ones]
    tables = described(singly().project_state(nodes=steps))
    assert len(tables) > 30
    at_once = [(one.app_label, one.name) for one in ones]
    assert described(squashed().project_state(nodes=at_once)) == tables


@pytest.mark.parametrize("app", sorted(APPS))
def test_every_step_that_was_there_is_stood_for(app: str) -> None:
    one = stand_for_others()[app]
    numbers = [int(name[:4]) for _, name in one.replaces]
    assert numbers == list(range(1, len(numbers) + 1))
    assert one.name == f"0001_squashed_{one.replaces[-1][1]}"


def scripts(migration: Migration) -> set[str]:
    return {str(vars(one)["code"].__name__) for one in migration.operations if "code" in vars(one)}


def test_what_steps_do_beside_tables_is_done_by_one_step_as_well() -> None:
    """Those that fill in rows that were there have nothing to do in an empty database."""
    filling = {"count_what_is_kept", "fill_search_keys"}
    migrations = singly().disk_migrations
    for one in stand_for_others().values():
        of_steps = set[str]().union(*(scripts(migrations[key]) for key in one.replaces))
        assert scripts(one) == of_steps - filling
