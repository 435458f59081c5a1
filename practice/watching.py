"""Rung 11: an alert of one's own, held against what the running site measures."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from practice.running import get
from tests.infra.tools import ROOT

OURS = ROOT / "deploy/observability/alerts.yaml"
# Of PromQL itself, and labels that are named in its brackets.
WORDS = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
MEASURED = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
SUFFIXES = ("_bucket", "_count", "_sum", "_total", "_created")
# Metrics end so, words of PromQL do not.
LIKE_A_METRIC = ("_total", "_seconds", "_bytes", "_count", "_sum", "_bucket", "_up")


def rules_of(file: Path) -> tuple[list[dict[str, Any]], str]:
    """Return the alert rules of a file, or nothing and what is wrong with it."""
    if not file.exists():
        return [], f"Write {file}: a group with an alert of your own. {OURS.name} shows how."
    try:
        content = yaml.safe_load(file.read_text())
        rules = [rule for group in content["groups"] for rule in group["rules"]]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        return [], f"{file} is no file of rules: {error!r}. {OURS.name} shows how."
    return [rule for rule in rules if isinstance(rule, dict) and "alert" in rule], ""


def shortcomings(rules: list[dict[str, Any]], measured: str) -> Iterator[str]:
    """Yield what an operator would miss in the rules; `measured` is the text of /metrics."""
    known = {rule["alert"] for rule in rules_of(OURS)[0]}
    if not rules:
        yield "The file has no alert in it."
    for rule in rules:
        name = rule["alert"]
        if name in known:
            yield f"{name} is ours: what would you want to be woken by?"
        for part, why in (
            ("expr", "when it rings"),
            ("for", "for how long it must be so: one slow second wakes nobody"),
        ):
            if not rule.get(part):
                yield f"{name} does not say {why} ({part})."
        if rule.get("labels", {}).get("severity") not in {"page", "ticket"}:
            yield f"{name} does not say whether it may wake somebody: labels: severity."
        if len(rule.get("annotations", {}).get("summary", "")) < 20:
            yield f"{name} does not tell what is wrong: annotations: summary."
        yield from _about_metrics(name, str(rule.get("expr", "")), measured)


def _about_metrics(name: str, expression: str, measured: str) -> Iterator[str]:
    there = set(MEASURED.findall(measured))
    # What is in braces and after by (…) are labels.
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\b(by|without|on|ignoring)\s*\([^)]*\)", " ", expression)
    named = set(WORDS.findall(bare))
    used = {word for word in named if _family(word, there)}
    for word in sorted(named - used):
        if word.endswith(LIKE_A_METRIC):
            yield f"{name} asks for {word}, which this site does not measure: see /metrics."
    if expression and not used:
        yield f"{name} asks for nothing that this site measures: see /metrics."


def _family(word: str, there: set[str]) -> bool:
    families = {word, *(word.removesuffix(suffix) for suffix in SUFFIXES)}
    return bool(families & there) or f"{word}_total" in there


def metrics(port: str) -> str:
    """Return what the site measures now; "" where nobody answers."""
    status, text = get(f"http://localhost:{port}/metrics")
    return text if status == 200 else ""
