"""Would AWS allow it? The part of IAM's evaluation that our policies use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an
explicit Deny wins, then any Allow, else no. Unknown elements and operators are refused aloud,
so that a policy cannot grow past what is understood here.
"""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

Statement = dict[str, Any]
Context = dict[str, str]
ELEMENTS = {"Sid", "Effect", "Action", "Resource", "NotResource", "Condition"}


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def matches(pattern: str, value: str) -> bool:
    """IAM's wildcards are * and ?, and brackets are no classes."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


OPERATORS: dict[str, Callable[[list[str], str | None], bool]] = {
    "StringEquals": lambda wanted, given: given in wanted,
    "ArnEquals": lambda wanted, given: given is not None and any(matches(w, given) for w in wanted),
    "ArnLike": lambda wanted, given: given is not None and any(matches(w, given) for w in wanted),
    "Bool": lambda wanted, given: given in wanted,
}


def applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    unknown = statement.keys() - ELEMENTS
    if unknown:
        raise ValueError(f"elements that are not understood: {unknown}")
    if not any(matches(p.lower(), action.lower()) for p in as_list(statement["Action"])):
        return False
    if "NotResource" in statement:
        if any(matches(p, resource) for p in as_list(statement["NotResource"])):
            return False
    elif not any(matches(p, resource) for p in as_list(statement["Resource"])):
        return False
    return all(
        OPERATORS[operator](as_list(wanted), context.get(key))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def allows(policy: str, action: str, resource: str, **context: str) -> bool:
    """Tell whether a policy allows an act. `via="s3"` is kms:ViaService of our region."""
    given = {"aws:SecureTransport": "true"}
    if "via" in context:
        given["kms:ViaService"] = f"{context['via']}.eu-central-1.amazonaws.com"
    statements: list[Statement] = json.loads(policy)["Statement"]
    effects = {s["Effect"] for s in statements if applies(s, action, resource, given)}
    return "Allow" in effects and "Deny" not in effects
