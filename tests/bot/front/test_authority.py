"""Where the bot may send: two kinds of authority, and nothing that two URL parsers could read differently."""

import pytest

from bot.front.authority import Authority, is_loopback

MICROSOFT = Authority.microsoft()
SIMULATOR = Authority.simulator("http://127.0.0.1:9000")


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net/emea/7c9e6679-7425-40de-944b-e07fc1f90ae7/",
        "https://smba.trafficmanager.net:443/amer",
        "https://SMBA.trafficmanager.net/",
    ],
)
def test_microsofts_service_urls_are_permitted(url: str) -> None:
    assert MICROSOFT.permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net:8443/teams/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.example/smba.trafficmanager.net",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net/?a=b",
        "https://smba.trafficmanager.net/../x",
        "https://smba.trafficmanager.net/%2e%2e/x",
        "https://smba.trafficmanager.net/a b",
        "https://smba.trafficmanager.net/\n",
        "https://smba.trafficmanager.net./",
        "https://smba.infra.gov.teams.microsoft.us/",
        "https://xn--smba-trafficmanager.net/",
        "https://smba。trafficmanager。net/",
        "//smba.trafficmanager.net/",
        "http://127.0.0.1:9000/",
        "https://localhost/",
        "https://smba.trafficmanager.net/" + "x" * 500,
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert not MICROSOFT.permits(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:56150/_connector", "http://127.8.8.8/", "https://[::1]:9443/"])
def test_under_the_simulator_this_machine_is_permitted(url: str) -> None:
    assert SIMULATOR.permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/teams/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://localhost.evil.example/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/metadata",
        "http://[::ffff:10.0.0.1]/",
        "http://127.1/",
        "http://2130706433/",
        "http://127.0.0.1:99999/",
        "ftp://127.0.0.1/",
    ],
)
def test_and_nothing_beyond_it(url: str) -> None:
    assert not SIMULATOR.permits(url)


def test_a_simulator_elsewhere_is_no_authority() -> None:
    with pytest.raises(ValueError, match="is not on this machine"):
        Authority.simulator("http://10.0.0.1:9000")


def test_loopback_needs_no_resolver() -> None:
    assert not is_loopback("http://localtest.me/")
