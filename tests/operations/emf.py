"""CloudWatch's Embedded Metric Format, as CloudWatch reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

SCHEMA = json.loads((Path(__file__).parent / "emf-schema.json").read_text())


def read(line: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics that CloudWatch would take from a line; fails where it would take none.

    What the schema cannot say: names refer to members of the root, numbers or texts of 1 to 1,024
    letters.
    """
    jsonschema.validate(line, SCHEMA)
    found: dict[str, float] = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for dimension in (name for each in directive["Dimensions"] for name in each):
            assert isinstance(line[dimension], str), dimension
            assert 0 < len(line[dimension]) <= 1024, dimension
        for name in (metric["Name"] for metric in directive["Metrics"]):
            assert isinstance(line[name], int | float), name
            found[name] = line[name]
    return found
