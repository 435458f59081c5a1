"""A writer of tiny databases in MaxMind's format (maxmind.github.io/MaxMind-DB), for tests."""

import ipaddress
from collections.abc import Mapping
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
STRING, MAP, UINT16, UINT32, UINT64, ARRAY = 2, 7, 5, 6, 9, 11
# The format says of each number in its metadata how wide it is.
NUMBERS = {
    "record_size": UINT16,
    "ip_version": UINT16,
    "binary_format_major_version": UINT16,
    "binary_format_minor_version": UINT16,
    "build_epoch": UINT64,
}
Node = list[Any]


def _control(kind: int, size: int) -> bytes:
    """Return the byte or bytes before a value: its kind, and a size below 29 + 256."""
    first, more = (kind << 5, b"") if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + more
    return bytes([first | 29]) + more + bytes([size - 29])


def _encode(value: Any, width: int = UINT16) -> bytes:
    match value:
        case str():
            return _control(STRING, len(value.encode())) + value.encode()
        case int():
            data = value.to_bytes(4).lstrip(b"\0")
            return _control(width, len(data)) + data
        case dict():
            pairs = (
                _encode(key) + _encode(item, NUMBERS.get(key, UINT32))
                for key, item in value.items()
            )
            return _control(MAP, len(value)) + b"".join(pairs)
    return _control(ARRAY, len(value)) + b"".join(map(_encode, value))


def _plant(root: Node, network: str, offset: int) -> None:
    """Hang a record under the network's bits; IPv4 lies under ::/96."""
    place = ipaddress.ip_network(network)
    bits = f"{int(place.network_address):0128b}"
    length = place.prefixlen + (96 if place.version == 4 else 0)
    node = root
    for bit in bits[: length - 1]:
        if node[int(bit)] is None:
            node[int(bit)] = [None, None]
        node = node[int(bit)]
    node[int(bits[length - 1])] = offset


def _numbered(node: Node, found: list[Node]) -> list[Node]:
    found.append(node)
    for child in node:
        if isinstance(child, list):
            _numbered(child, found)
    return found


def make_database(records: Mapping[str, Any]) -> bytes:
    """Return a database that maps networks to what is kept of them."""
    root: Node = [None, None]
    data = b""
    for network, record in records.items():
        _plant(root, network, len(data))
        data += _encode(record)
    nodes = _numbered(root, [])
    number = {id(node): index for index, node in enumerate(nodes)}

    def pointer(child: Any) -> bytes:
        if isinstance(child, list):
            return number[id(child)].to_bytes(3)
        # No record is the number of nodes; a record lies 16 empty bytes behind the tree.
        return (len(nodes) if child is None else len(nodes) + 16 + child).to_bytes(3)

    tree = b"".join(pointer(child) for node in nodes for child in node)
    about = {
        "node_count": len(nodes),
        "record_size": 24,
        "ip_version": 6,
        "database_type": "Test",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1,
        "description": {"en": "Test"},
    }
    return tree + bytes(16) + data + MARKER + _encode(about)
