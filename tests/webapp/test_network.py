"""Where the server can be reached, and what it says about that at start."""

import signal
import socket

import pytest

from tests.webapp.live import Server
from webapp.server import describe_addresses, list_warnings, listen
from webapp.serving import network
from webapp.serving.connections import CONNECTIONS
from webapp.serving.network import find_addresses, is_loopback

HAS_IPV6 = socket.has_dualstack_ipv6()


@pytest.fixture
def no_way_out(monkeypatch):
    """A network without a router, or no network."""
    monkeypatch.setattr(network, "find_way_out", lambda family, address: "")


def test_an_address_for_other_devices_is_none_that_only_this_machine_reaches():
    for address in find_addresses():
        assert not is_loopback(address)
        with listen(address, 0) as listener:
            socket.create_connection(listener.getsockname()[:2]).close()


def test_without_a_way_out_the_interfaces_are_asked(no_way_out, monkeypatch):
    answers = ["127.0.0.1", "192.168.4.1", "169.254.3.4", "10.0.0.5"]
    monkeypatch.setattr(network, "list_interfaces", lambda: answers)
    assert find_addresses() == ["10.0.0.5", "192.168.4.1"]


def test_without_a_network_that_is_said(no_way_out, monkeypatch):
    monkeypatch.setattr(network, "list_interfaces", lambda: ["127.0.0.1"])
    said = describe_addresses("0.0.0.0", 5000, "")
    assert said[0] == "Open http://127.0.0.1:5000"
    assert "no address in a network" in said[1]


def test_an_interface_of_this_machine_is_listed():
    if hasattr(socket, "if_nameindex"):
        assert "127.0.0.1" in network.list_interfaces()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_on_loopback_only_the_own_address_is_said(host):
    assert len(describe_addresses(host, 5000, "")) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_beyond_loopback_the_address_for_tablets_is_said(host, monkeypatch):
    monkeypatch.setattr(network, "find_way_out", lambda family, address: "192.168.1.20")
    said = describe_addresses(host, 5000, "/board")
    assert said[0] in ("Open http://127.0.0.1:5000/board/", "Open http://[::1]:5000/board/")
    assert said[1:] == ["On other devices: http://192.168.1.20:5000/board/"]


def test_a_given_address_is_the_one_for_tablets():
    assert (
        describe_addresses("192.168.1.20", 80, "")[1] == "On other devices: http://192.168.1.20:80"
    )


@pytest.mark.parametrize("port", [5060, 6000, 6666, 10080])
def test_a_port_that_browsers_refuse_is_warned_of_in_one_line(port):
    (warning,) = list_warnings("127.0.0.1", "127.0.0.1", port, CONNECTIONS)
    assert f"Browsers refuse port {port}" in warning
    assert "\n" not in warning


def test_a_usual_start_has_no_warning():
    assert list_warnings("127.0.0.1", "127.0.0.1", 5000, CONNECTIONS) == []
    assert list_warnings("::", "::", 5000, CONNECTIONS) == []


def test_without_ipv6_ipv4_is_served_and_that_is_said(monkeypatch):
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with listen("::", 0) as listener:
        address, port = listener.getsockname()
        socket.create_connection(("127.0.0.1", port)).close()
    assert "IPv6 is unavailable" in list_warnings("::", address, 5000, CONNECTIONS)[0]


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
def test_any_address_means_both_families(tmp_path):
    server = Server(tmp_path / "log", host="::")
    try:
        answers = [server.ask("GET", "/api/health", host=host) for host in ("127.0.0.1", "::1")]
    finally:
        code, said = server.stop(signal.SIGTERM)
    assert [answer.status for answer, _ in answers] == [200, 200]
    assert server.first_line == f"Open http://[::1]:{server.port}"
    assert said.startswith("On other devices: ")
    assert code == 0
