"""The meter of the sidebar."""

from typing import Any

from django import template
from django.contrib.auth.base_user import AbstractBaseUser

from files.quota import usage_of
from files.space import level_of, percent

register = template.Library()


@register.simple_tag
def vault_usage(person: AbstractBaseUser) -> dict[str, Any]:
    """Return what the meter shows. Two queries, that only pages which show it make."""
    usage = usage_of(person)
    return {
        "taken": usage.used + usage.reserved,
        "quota": usage.quota,
        # Not as the language writes numbers: it goes into an attribute.
        "percent": f"{percent(usage):.1f}",
        "is_full": not usage.free,
        "level": level_of(usage),
    }
