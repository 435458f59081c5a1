"""The Dockerfile and what goes into the image. deploy/image/build-and-try.sh tries it."""

import re

from tests.infra.project import Complaints, Fault, Project, check
from tests.infra.tools import ROOT

ENTRYPOINT = "deploy/image/entrypoint.sh"
ROLES = ("web", "worker", "scheduler", "manage", "migrate")
# What must not slip into the image, even by name.
NEVER = {".", ".git", ".env", "media", "var", "tests", "infra"}


@check
def the_base_is_pinned_by_digest(project: Project) -> Complaints:
    if not re.search(
        r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", project.text("Dockerfile"), re.MULTILINE
    ):
        yield "the base image is named by a tag, which can be moved"


@check
def nothing_is_copied_that_is_not_named(project: Project) -> Complaints:
    """A new folder, or somebody's .env, does not slip into the image."""
    lines = project.text(".dockerignore").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    if rules[0] != "*":
        yield "not everything is left out first"
    for name in sorted(rule[1:] for rule in rules if rule.startswith("!")):
        if not (ROOT / name).exists():
            yield f"{name} is not there"
        if name in NEVER:
            yield f"{name} is no part of the image"


@check
def every_role_replaces_the_shell(project: Project) -> Complaints:
    """Signals reach the program itself: a shell in between would not pass SIGTERM on."""
    text = project.text(ENTRYPOINT)
    body = text[text.index("case $role in") :]
    for role in ROLES:
        _, found, part = body.partition(f"\n{role})")
        if not found:
            yield f"there is no role {role}"
        elif "exec " not in part[: part.index(";;")]:
            yield f"{role} runs below a shell"


FAULTS = (
    Fault(
        the_base_is_pinned_by_digest,
        lambda p: p.with_text("Dockerfile", "@sha256:", "-sha256:"),
        "which can be moved",
    ),
    Fault(
        nothing_is_copied_that_is_not_named,
        lambda p: p.with_text(".dockerignore", "*\n", "\n"),
        "left out first",
    ),
    Fault(
        nothing_is_copied_that_is_not_named,
        lambda p: p.with_text(".dockerignore", "!static", "!static\n!infra"),
        "infra is no part",
    ),
    Fault(
        nothing_is_copied_that_is_not_named,
        lambda p: p.with_text(".dockerignore", "!static", "!statics"),
        "statics is not there",
    ),
    Fault(
        every_role_replaces_the_shell,
        lambda p: p.with_text(ENTRYPOINT, "worker) exec ", "worker) "),
        "worker runs below a shell",
    ),
    Fault(
        every_role_replaces_the_shell,
        lambda p: p.with_text(ENTRYPOINT, "\nscheduler)", "\nclock)"),
        "no role scheduler",
    ),
)
