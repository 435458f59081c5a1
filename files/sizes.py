"""Sizes, as people read and write them."""

import re
from decimal import Decimal

from django.utils.formats import localize
from django.utils.translation import ngettext

NO_BREAK_SPACE = "\u00a0"
KILO = 1000
# Three digits are enough: 4.8 MB, 88.1 kB, 312 kB.
ONE_DECIMAL_BELOW = 99.95
UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")
PREFIXES = ("", "K", "M", "G", "T", "P", "E")
WRITTEN = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMGTPE]?)(I?)B?", re.ASCII | re.IGNORECASE)


def filesize(size: object) -> str:
    """Return a number of bytes as people read it: decimal units, "1.4 MB", no line break inside.

    What is no number gives "": a template must not fail over a size that is missing.
    """
    if not isinstance(size, int | float):
        return ""
    if abs(size) < KILO:
        return f"{int(size)}{NO_BREAK_SPACE}{ngettext('byte', 'bytes', int(size))}"
    exponent = 1
    # By what is shown: what would read "1000 kB" becomes "1.0 MB".
    while round(abs(size) / KILO**exponent) >= KILO and exponent < len(UNITS):
        exponent += 1
    value = size / KILO**exponent
    number = round(value, 1) if abs(value) < ONE_DECIMAL_BELOW else round(value)
    return f"{localize(number)}{NO_BREAK_SPACE}{UNITS[exponent - 1]}"


def parse_size(text: str) -> int:
    """Return the bytes of what people write: "800000", "50GB", "1.5 TiB". Raises ValueError.

    A gigabyte has a thousand megabytes, as on all our pages; a gibibyte has 1024 mebibytes.
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no size. Write it like 800000, 500MB, 50GB or 1.5TB.")
    number, prefix, binary = found.groups()
    base = 1024 if binary else KILO
    return int(Decimal(number) * base ** PREFIXES.index(prefix.upper()))
