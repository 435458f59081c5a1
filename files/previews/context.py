"""Placeholder until the real one lands."""

from files.models import Node


def preview_context(*, node: Node, page: int = 1) -> object:
    return None
