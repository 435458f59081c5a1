"""What our own checks look at, and how a fault is planted in it: in memory, in a copy.

A check takes a Project and yields what is wrong with it, in words. It stands in tests/infra/own/
with `@check` above it, and its module's FAULTS has what it must notice; test_own_checks.py holds
each check to the project as it is, which nothing may be wrong with, and to each of its faults.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import yaml

from tests.infra.tools import ROOT

Values = dict[str, Any]
Documents = list[Values]
Complaints = Iterator[str]
GONE = object()


@dataclass(frozen=True)
class Project:
    # What the plan of each environment makes: values by address.
    made: dict[str, dict[str, Values]]
    # What each environment's overlay is rendered to.
    manifests: dict[str, Documents]
    # Texts that stand for files of the repository.
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        return self.texts[path] if path in self.texts else (ROOT / path).read_text()

    def yaml(self, path: str) -> Any:
        return yaml.safe_load(self.text(path))

    def files(self, pattern: str) -> list[str]:
        return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))

    def of_type(self, environment: str, kind: str) -> dict[str, Values]:
        made = self.made[environment].items()
        return {at: values for at, values in made if values["type"] == kind}

    def one(self, environment: str, kind: str) -> Values:
        (only,) = self.of_type(environment, kind).values()
        return only

    def of_kind(self, environment: str, kind: str) -> dict[str, Values]:
        things = self.manifests[environment]
        return {thing["metadata"]["name"]: thing for thing in things if thing["kind"] == kind}

    def with_text(self, path: str, old: str, new: str) -> "Project":
        text = self.text(path)
        assert old in text, f"{old!r} is not in {path}"
        return replace(self, texts=self.texts | {path: text.replace(old, new, 1)})

    def with_resource(self, environment: str, address: str, path: str, value: Any) -> "Project":
        changed = deepcopy(self.made[environment][address])
        _put(changed, path, value)
        return self._with_made(environment, self.made[environment] | {address: changed})

    def with_words(
        self, environment: str, address: str, attribute: str, old: str, new: str
    ) -> "Project":
        """Plant a fault in a text of a resource, such as the JSON of a policy."""
        text: str = self.made[environment][address][attribute]
        assert old in text, f"{old!r} is not in {attribute} of {address}"
        return self.with_resource(environment, address, attribute, text.replace(old, new))

    def with_one_more(self, environment: str, kind: str) -> "Project":
        found = {"type": kind}
        return self._with_made(environment, self.made[environment] | {f"{kind}.more": found})

    def without_resource(self, environment: str, address: str) -> "Project":
        kept = {at: values for at, values in self.made[environment].items() if at != address}
        assert len(kept) < len(self.made[environment]), address
        return self._with_made(environment, kept)

    def with_manifest(
        self, environment: str, kind: str, name: str, path: str, value: Any
    ) -> "Project":
        """Plant a fault in the manifest whose name begins so: generated ones end in a digest."""
        things = deepcopy(self.manifests[environment])
        _put(_find(things, kind, name), path, value)
        return replace(self, manifests=self.manifests | {environment: things})

    def without_manifest(self, environment: str, kind: str, name: str) -> "Project":
        things = list(self.manifests[environment])
        things.remove(_find(things, kind, name))
        return replace(self, manifests=self.manifests | {environment: things})

    def _with_made(self, environment: str, made: dict[str, Values]) -> "Project":
        return replace(self, made=self.made | {environment: made})


def _find(things: Documents, kind: str, name: str) -> Values:
    return next(
        thing
        for thing in things
        if thing["kind"] == kind and thing["metadata"]["name"].startswith(name)
    )


def _put(thing: Any, path: str, value: Any) -> None:
    """Set what "spec.ports.0.port" leads to; GONE takes it away."""
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        thing = thing[step]
    if value is GONE:
        del thing[last]
    else:
        thing[last] = value


Check = Callable[[Project], Complaints]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    CHECKS.append(function)
    return function


class Fault(NamedTuple):
    check: Check
    plant: Callable[[Project], Project]
    # A regular expression that some complaint must match.
    words: str

    def is_noticed(self, project: Project) -> bool:
        return any(re.search(self.words, said) for said in self.check(self.plant(project)))


def differs(where: str, values: Values, **wanted: Any) -> Complaints:
    """Complain of every attribute that is not as wanted."""
    for name, value in wanted.items():
        if values.get(name) != value:
            yield f"{where}: {name} is {values.get(name)!r}, not {value!r}"
