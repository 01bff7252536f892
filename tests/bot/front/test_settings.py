"""The start is refused with words that say what to do; there is no setting that switches authentication off (A1)."""

from pathlib import Path

import pytest

from bot.front.authority import Authority
from bot.settings import Settings, SettingsError
from tests.approvals.evidence.keys import LOG
from tests.bot.front.local_teams import APP_ID, TENANT


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A whole environment for Microsoft Teams; tests change one thing."""
    secret = tmp_path / "secret"
    secret.write_text("a client secret")
    values = {"APP_ID": APP_ID, "TENANT_ID": TENANT, "CLIENT_SECRET_FILE": str(secret)}
    for name, value in values.items():
        monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    return values


def _refusal() -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment()
    return str(refused.value)


def test_a_whole_environment_means_microsoft(environment: dict[str, str]) -> None:
    settings = Settings.from_environment()

    assert settings.authority == Authority.microsoft()
    assert settings.login_url == f"https://login.microsoftonline.com/{TENANT}"


def test_a_simulator_is_the_only_authority(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_SIMULATOR_URL", "http://127.0.0.1:9000")
    monkeypatch.setenv("COUNTERSIGN_SIMULATOR_HTTPS_URL", "https://127.0.0.1:9443")
    monkeypatch.setenv("COUNTERSIGN_SIMULATOR_CA_FILE", environment["CLIENT_SECRET_FILE"])
    settings = Settings.from_environment()

    assert settings.authority == Authority.simulator("http://127.0.0.1:9000")
    assert settings.login_url == f"https://127.0.0.1:9443/{TENANT}"


def test_every_missing_id_is_named_with_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal().splitlines() == [
        "COUNTERSIGN_APP_ID is not set: the bot's application (client) id, a GUID; tokens for any other audience are refused",
        "COUNTERSIGN_TENANT_ID is not set: the home tenant, a GUID; people of any other tenant are refused",
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("APP_ID", "", "COUNTERSIGN_APP_ID: '' is not a GUID"),
        ("APP_ID", "countersign", "COUNTERSIGN_APP_ID: 'countersign' is not a GUID"),
        ("APP_ID", APP_ID + " ", "is not a GUID"),
        ("TENANT_ID", "00000000-0000-0000-0000-000000000000", "is not a GUID"),
        ("TENANT_ID", "common", "is not a GUID"),
        ("APP_TYPE", "MultiTenant", "COUNTERSIGN_APP_TYPE: Input should be 'SingleTenant' or 'UserAssignedMSI'"),
        ("APP_TYPE", "singletenant", "COUNTERSIGN_APP_TYPE: Input should be"),
        ("APP_TYPE", "", "COUNTERSIGN_APP_TYPE: Input should be"),
        ("APP_TYPE", "UserAssignedMSI", "takes no secret and no certificate"),
        ("CLIENT_SECRET_FILE", "/nowhere", "COUNTERSIGN_CLIENT_SECRET_FILE: '/nowhere' cannot be read (No such file or directory)"),
        ("CLIENT_CERTIFICATE_FILE", __file__, "needs exactly one of"),
        ("SIMULATOR_URL", "http://10.0.0.1:9000", "COUNTERSIGN_SIMULATOR_URL: 'http://10.0.0.1:9000' is not http://127.0.0.1:PORT"),
        ("SIMULATOR_URL", "https://127.0.0.1:9000", "is not http://127.0.0.1:PORT"),
        ("SIMULATOR_URL", "http://127.0.0.1:9000/v1", "is not http://127.0.0.1:PORT"),
        ("SIMULATOR_URL", "http://127.0.0.1:9000", "go together; set all three or none"),
        ("PUBLIC_URL", "http://bot.example", "COUNTERSIGN_PUBLIC_URL: 'http://bot.example' is neither https nor on this machine"),
        ("CHECKPOINT_WEBHOOK", "http://log.example", "is neither https nor on this machine"),
        ("WITNESS_URL", "https://witness.example", "COUNTERSIGN_WITNESS_URL and COUNTERSIGN_WITNESS_KEY go together; set both or none"),
        ("WITNESS_KEY", "nonsense", "COUNTERSIGN_WITNESS_KEY: 'nonsense' is no verifier key"),
        ("WITNESS_KEY", str(LOG.verifier), "COUNTERSIGN_WITNESS_KEY: the key of 'desk.example/evidence' is no witness's"),
        ("PORT", "65536", "COUNTERSIGN_PORT: Input should be less than or equal to 65535"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_do(
    name: str, value: str, words: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"COUNTERSIGN_{name}", value)

    assert words in _refusal()


def test_a_single_tenant_bot_without_a_credential_does_not_start(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUNTERSIGN_CLIENT_SECRET_FILE")

    assert _refusal() == (
        "COUNTERSIGN_APP_TYPE=SingleTenant needs exactly one of COUNTERSIGN_CLIENT_SECRET_FILE and COUNTERSIGN_CLIENT_CERTIFICATE_FILE, "
        "and 0 are set"
    )


def test_an_empty_secret_file_is_no_credential(environment: dict[str, str]) -> None:
    Path(environment["CLIENT_SECRET_FILE"]).write_text("\n")

    assert "is empty; put the secret or the certificate in it" in _refusal()


def test_every_setting_says_what_it_does() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
