"""This machine in its network: addresses that other devices reach, ports that browsers refuse."""

import ipaddress
import socket
import struct

# The Fetch standard's list of ports that browsers never connect to.
BAD_PORTS = {
    *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
    *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
    *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601),
    *(636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
    *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
}
# Addresses of documentation: nothing is sent there, but the system chooses the way to them.
SOMEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
SIOCGIFADDR = 0x8915  # Linux's question for the address of an interface


def find_addresses() -> list[str]:
    """Return addresses at which other devices reach this machine, without sending anything.

    The address on the way out if there is one, IPv4 before IPv6; in a network without a way out,
    those of all interfaces.
    """
    for family, address in SOMEWHERE:
        way_out = find_way_out(family, address)
        if is_reachable(way_out):
            return [way_out]
    # Asking for the name may wait for a server of names.
    return sorted(filter(is_reachable, list_interfaces() or list_by_name()))


def find_way_out(family: int, address: str) -> str:
    """Return this machine's own address on the way to another, or nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))  # UDP: chooses a way and sends nothing
            return probe.getsockname()[0]
    except OSError:
        return ""


def list_interfaces() -> list[str]:
    """Return the IPv4 addresses of the interfaces, where the system is Linux."""
    try:
        import fcntl

        names = [name for _, name in socket.if_nameindex()]
    except (ImportError, AttributeError, OSError):
        return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for name in names:
            try:
                answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()))
            except OSError:  # it has none, or this is not Linux
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def list_by_name() -> list[str]:
    """Return the IPv4 addresses that the system knows for this machine's name."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except (OSError, UnicodeError):
        return []
    return [address[0] for *_, address in found]


def is_reachable(address: str) -> bool:
    """Whether other devices may reach an address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
