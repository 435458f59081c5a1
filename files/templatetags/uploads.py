"""What a page must know to upload."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def part_size() -> int:
    """Return how many bytes go in one request; what is larger goes in parts."""
    return int(settings.FILES_PART_SIZE)
