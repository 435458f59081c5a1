"""Sizes, as people read them."""

from django.utils.formats import localize

NO_BREAK_SPACE = "\u00a0"
KILO = 1000
# Three digits are enough: 4.8 MB, 88.1 kB, 312 kB.
ONE_DECIMAL_BELOW = 99.95
UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def filesize(size: object) -> str:
    """Return a number of bytes as people read it: decimal units, "1.4 MB", no line break inside.

    What is no number gives "": a template must not fail over a size that is missing.
    """
    if not isinstance(size, int | float):
        return ""
    if abs(size) < KILO:
        return f"{int(size)}{NO_BREAK_SPACE}{'byte' if size == 1 else 'bytes'}"
    exponent = 1
    # By what is shown: what would read "1000 kB" becomes "1.0 MB".
    while round(abs(size) / KILO**exponent) >= KILO and exponent < len(UNITS):
        exponent += 1
    value = size / KILO**exponent
    number = round(value, 1) if abs(value) < ONE_DECIMAL_BELOW else round(value)
    return f"{localize(number)}{NO_BREAK_SPACE}{UNITS[exponent - 1]}"
