"""Which network addresses the site may call on behalf of people, and which it must not.

Whoever names an address for the site to call would otherwise see the network that the site sees:
its neighbours, its database, its cloud's metadata (OWASP: server-side request forgery).
"""

import ipaddress
from collections.abc import Iterable

from django.conf import settings

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 6052 and RFC 8215: IPv6 addresses that a gateway turns into the IPv4 address at their end.
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
# RFC 4291, 2.4: the only part of IPv6 that the internet is given out of.
UNICAST = ipaddress.IPv6Network("2000::/3")
# Public by its number, but the host's own agent on Azure.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})


def forbidden(addresses: Iterable[str]) -> str:
    """Return the first of the addresses that must not be called; "" if all may be."""
    return next((text for text in addresses if not may_call(text)), "")


def may_call(text: str) -> bool:
    """Tell whether an address is anybody's on the internet, or allowed by OUTGOING_NETWORKS."""
    try:
        # A zone ("fe80::1%eth0") names an interface of this machine.
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if any(address in network for network in settings.OUTGOING_NETWORKS):
        return True
    return _is_public(address)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        inner = _embedded(address)
        if inner is not None:
            return _is_public(inner)
        if address not in UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and address not in METADATA
    )


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that packets to an IPv6 address end at, if it holds one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
