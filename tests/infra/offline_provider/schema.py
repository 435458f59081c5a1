"""From the schema file to Terraform's own description of a block.

In the file, an entry of `a` is an argument: `t` its TypeScript type, `n` list, set, map or struct,
`k` block or attrblock, `b` what is in the block, `c` its read-only attributes, `r` required, `max`.
An entry of `c` is a read-only attribute with its type as Terraform writes types.
"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

from tfplugin_proto import tfplugin5_5_pb2 as protocol

FILE = Path(__file__).with_name("aws-6.62.0.json.gz")
PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool"}
ARRAY = re.compile(r"(string|number|boolean)\[\]$")
ARRAY_OF_ARRAYS = re.compile(r"(string|number|boolean)\[\]\[\]$")
NAMED = re.compile(r'^(?:resource|data)\s+"(\w+)"', re.MULTILINE)
MAP = re.compile(r"\{ ?\[key: string\]: ?(.+?);? ?\}$")
NESTING = {"struct": 1, "list": 2, "set": 3, "map": 4}
# What of the provider's own configuration we use.
PROVIDER_TYPES = {
    "region": "string",
    "access_key": "string",
    "secret_key": "string",
    "skip_credentials_validation": "bool",
    "skip_requesting_account_id": "bool",
    "allowed_account_ids": ["set", "string"],
}


def load() -> dict[str, Any]:
    contents: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return contents


def argument_type(entry: dict[str, Any]) -> Any:
    """Return an argument's type in Terraform's notation; "dynamic" where it cannot be told."""
    if entry.get("k") == "attrblock":
        fields = {name: argument_type(inner) for name, inner in entry.get("b", {}).items()}
        one = ["object", fields | entry.get("c", {})]
        return one if entry.get("n") == "struct" else [entry.get("n") or "list", one]
    return _written_type(entry.get("t", "").split(" | ")[0], is_set=entry.get("n") == "set")


def _written_type(text: str, *, is_set: bool) -> Any:
    if text in PRIMITIVES:
        return PRIMITIVES[text]
    if found := ARRAY_OF_ARRAYS.match(text):
        return ["list", ["list", PRIMITIVES[found[1]]]]
    if found := ARRAY.match(text):
        return ["set" if is_set else "list", PRIMITIVES[found[1]]]
    if found := MAP.match(text):
        inner = _written_type(found[1].split(" |")[0].strip(), is_set=False)
        return "dynamic" if inner == "dynamic" else ["map", inner]
    return "dynamic"


def without_dynamic(kind: Any) -> Any:
    """Replace "dynamic" by "string": Terraform allows no dynamic type inside of a set."""
    if isinstance(kind, str):
        return "string" if kind == "dynamic" else kind
    if kind[0] == "object":
        return ["object", {name: without_dynamic(inner) for name, inner in kind[1].items()}]
    return [kind[0], without_dynamic(kind[1])]


def block_of(arguments: dict[str, Any], computed: dict[str, Any], *, in_set: bool = False) -> Any:
    """Return the protocol's Block of these arguments and read-only attributes."""
    block = protocol.Schema.Block()
    for name, entry in sorted(arguments.items()):
        if entry.get("k") == "block":
            _add_nested(block, name, entry, in_set=in_set)
        else:
            kind = argument_type(entry)
            required = bool(entry.get("r"))
            # Which optional arguments the provider fills in is not in the bindings: all may be.
            block.attributes.add(
                name=name,
                type=json.dumps(without_dynamic(kind) if in_set else kind).encode(),
                required=required,
                optional=not required,
                computed=not required and name != "tags",
            )
    for name, kind in sorted(computed.items()):
        written = json.dumps(without_dynamic(kind) if in_set else kind).encode()
        block.attributes.add(name=name, type=written, computed=True)
    return block


def _add_nested(block: Any, name: str, entry: dict[str, Any], *, in_set: bool) -> None:
    nesting = entry["n"]
    nested = block.block_types.add(type_name=name, nesting=NESTING[nesting])
    inside_set = in_set or nesting == "set"
    nested.block.CopyFrom(block_of(entry.get("b", {}), entry.get("c", {}), in_set=inside_set))
    if nesting in {"list", "set"}:
        nested.max_items = entry.get("max", 0)
        nested.min_items = 1 if entry.get("r") else 0


def types_named_in(folder: Path) -> set[str]:
    """Return the types of resources and data that the configuration in `folder` speaks of."""
    files = (path.read_text() for path in folder.rglob("*.tf"))
    return {name for text in files for name in NAMED.findall(text)}


def provider_schema(wanted: set[str]) -> Any:
    """Return the answer to GetProviderSchema, of the wanted types: all 1,706 take seconds."""
    contents = load()
    answer = protocol.GetProviderSchema.Response()
    for name, kind in PROVIDER_TYPES.items():
        answer.provider.block.attributes.add(
            name=name, type=json.dumps(kind).encode(), optional=True
        )
    tags = answer.provider.block.block_types.add(type_name="default_tags", nesting=NESTING["list"])
    tags.block.attributes.add(name="tags", type=b'["map","string"]', optional=True)
    for source, target in (
        (contents["resource"], answer.resource_schemas),
        (contents["data"], answer.data_source_schemas),
    ):
        for name in wanted & source.keys():
            entry = source[name]
            target[name].block.CopyFrom(block_of(entry["a"], entry["c"]))
    return answer
