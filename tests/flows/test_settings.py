"""Settings: where they are read, what they are, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpr_client.connection import AuthorityContext, InvocationContext
from flows.errors import UsageError
from flows.settings import GROUPS, ReaderSettings, Settings, current, load, use
from flows.settings.describe import describe
from mappers import plausibility

UUIDS = {
    "PATRONSYNC_REGISTRY_SERVICE_AGREEMENT_UUID": "AAAAAAAA-1111-4111-8111-111111111111",
    "PATRONSYNC_REGISTRY_USER_SYSTEM_UUID": "bbbbbbbb-1111-4111-8111-111111111111",
    "PATRONSYNC_REGISTRY_USER_UUID": "cccccccc-1111-4111-8111-111111111111",
    "PATRONSYNC_REGISTRY_SERVICE_UUID": "dddddddd-1111-4111-8111-111111111111",
}
FAR_DATABASE = "postgresql://worker:s3cret@db.example.dk/library"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a data directory of the test's own."""
    return {"PATRONSYNC_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """Files that are there; what is in them is the client's to read."""
    for name in ("certificate.pem", "key.pem"):
        (tmp_path / name).touch()
    return {
        "PATRONSYNC_REGISTRY_CERTIFICATE": str(tmp_path / "certificate.pem"),
        "PATRONSYNC_REGISTRY_KEY": str(tmp_path / "key.pem"),
    }


def env_file(tmp_path: Path, *lines: str) -> dict[str, str]:
    """A settings file in a folder of its own, and the environment that names it."""
    folder = tmp_path / "etc"
    folder.mkdir(exist_ok=True)
    (folder / "patronsync.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"PATRONSYNC_ENV_FILE": str(folder / "patronsync.env"), "PATRONSYNC_DATA_DIR": str(tmp_path / "data")}


def refusal(environ: dict[str, str]) -> str:
    """How the settings are refused."""
    with pytest.raises(UsageError) as caught:
        load(environ)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_defaults_are_those_of_the_reference(home):
    settings = load(home)
    assert (settings.registry_version, settings.registry_concurrency, settings.registry_rate) == ("5", 32, None)
    assert (settings.registry_connect_timeout, settings.registry_read_timeout) == (5, 30)
    assert (settings.refresh_interval_days, settings.batch_size) == (1, 1000)
    assert settings.database_url is None and settings.registry_url is None and settings.env_file is None


def test_settings_cannot_be_changed(home):
    settings = load(home)
    with pytest.raises(Exception, match="frozen"):
        settings.batch_size = 5  # type: ignore[misc]


def test_the_environment_wins_over_the_file(tmp_path):
    environ = env_file(tmp_path, "PATRONSYNC_BATCH_SIZE=7", "PATRONSYNC_REGISTRY_RATE=2.5")
    settings = load(environ | {"PATRONSYNC_BATCH_SIZE": "9"})
    assert (settings.batch_size, settings.registry_rate) == (9, 2.5)
    assert settings.env_file == Path(environ["PATRONSYNC_ENV_FILE"])


def test_the_data_directory_s_file_is_read_where_none_is_named(home):
    data_dir = Path(home["PATRONSYNC_DATA_DIR"])
    data_dir.mkdir()
    (data_dir / ".env").write_text("PATRONSYNC_BATCH_SIZE=7\n")
    settings = load(home)
    assert settings.batch_size == 7
    assert settings.env_file == data_dir / ".env"


def test_the_current_folder_s_file_is_never_read(home, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("PATRONSYNC_BATCH_SIZE=7\n")
    monkeypatch.chdir(tmp_path)
    assert load(home).batch_size == 1000


def test_a_file_that_is_named_must_be_there(tmp_path):
    assert "PATRONSYNC_ENV_FILE names" in refusal({"PATRONSYNC_ENV_FILE": str(tmp_path / "nowhere.env")})


def test_relative_paths_in_the_file_are_relative_to_it(tmp_path, monkeypatch):
    environ = env_file(tmp_path, "PATRONSYNC_DATA_DIR=../data", "PATRONSYNC_REGISTRY_CA=roots.pem")
    (tmp_path / "etc" / "roots.pem").touch()
    del environ["PATRONSYNC_DATA_DIR"]
    monkeypatch.chdir("/")
    settings = load(environ)
    assert settings.data_dir.resolve() == tmp_path / "data"
    assert settings.registry_ca == tmp_path / "etc" / "roots.pem"


def test_the_data_directory_s_own_file_cannot_name_another_data_directory(home):
    data_dir = Path(home["PATRONSYNC_DATA_DIR"])
    data_dir.mkdir()
    (data_dir / ".env").write_text("PATRONSYNC_DATA_DIR=/elsewhere\n")
    assert "names another folder" in refusal(home)


def test_an_empty_value_counts_as_not_set(tmp_path):
    environ = env_file(tmp_path, "PATRONSYNC_BATCH_SIZE=7", "PATRONSYNC_REGISTRY_RATE=", "PATRONSYNC_TYPO=")
    settings = load(environ | {"PATRONSYNC_BATCH_SIZE": " ", "PATRONSYNC_DATABASE_URL": ""})
    assert (settings.batch_size, settings.registry_rate, settings.database_url) == (7, None, None)


@pytest.mark.parametrize("in_file", [False, True])
def test_an_unknown_name_is_an_error_that_suggests_the_nearest(tmp_path, in_file):
    environ = env_file(tmp_path, "", "PATRONSYNC_REGISTY_URL=https://example.dk" if in_file else "")
    told = refusal(environ if in_file else environ | {"PATRONSYNC_REGISTY_URL": "https://example.dk"})
    assert "PATRONSYNC_REGISTY_URL" in told and "is PATRONSYNC_REGISTRY_URL meant?" in told
    assert ("patronsync.env, line 2" if in_file else "in the environment") in told


def test_a_name_in_the_file_that_lacks_its_prefix_is_told(tmp_path):
    assert "Write PATRONSYNC_DATABASE_URL" in refusal(env_file(tmp_path, "DATABASE_URL=postgresql://127.0.0.1/x"))


def test_what_is_not_ours_in_the_file_is_left_alone(tmp_path):
    assert load(env_file(tmp_path, "LANG=da_DK.UTF-8", "export TZ='Europe/Copenhagen'")).batch_size == 1000


def test_a_line_that_cannot_be_read_is_named_and_not_quoted(tmp_path):
    told = refusal(env_file(tmp_path, "PATRONSYNC_BATCH_SIZE=7", "this is s3cret nonsense"))
    assert "patronsync.env, line 2" in told and "s3cret" not in told


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PATRONSYNC_BATCH_SIZE", "many", "should be a valid integer"),
        ("PATRONSYNC_BATCH_SIZE", "0", "should be greater than or equal to 1"),
        ("PATRONSYNC_REGISTRY_VERSION", "6", "should be '5' or '4'"),
        ("PATRONSYNC_REGISTRY_RATE", "-1", "should be greater than 0"),
        ("PATRONSYNC_REGISTRY_WSDL", "/nowhere.wsdl", "does not point to a file"),
        ("PATRONSYNC_POSTGRES_BIN", "/nowhere", "does not point to a directory"),
        ("PATRONSYNC_REGISTRY_USER_UUID", "no-uuid", "should be a valid UUID"),
        ("PATRONSYNC_REGISTRY_MUNICIPALITY_CVR", "123", "should match pattern"),
        ("PATRONSYNC_LANGUAGE", "sv", "should be 'da' or 'en'"),
        ("PATRONSYNC_BRAKE_DEAD_PERCENT", "101", "should be less than or equal to 100"),
    ],
)
def test_a_value_that_will_not_do_is_told_with_its_name_and_what_it_should_be(home, name, value, wanted):
    told = refusal(home | {name: value})
    assert told.startswith(f"{name} (in the environment)")
    assert wanted in told


def test_every_value_that_will_not_do_is_told_at_once(home):
    told = refusal(home | {"PATRONSYNC_BATCH_SIZE": "many", "PATRONSYNC_REGISTRY_VERSION": "6"})
    assert "PATRONSYNC_BATCH_SIZE" in told and "PATRONSYNC_REGISTRY_VERSION" in told


def test_a_database_of_one_s_own_needs_a_registry_of_one_s_own(home):
    told = refusal(home | {"PATRONSYNC_DATABASE_URL": "postgresql://worker@127.0.0.1/library"})
    assert "without PATRONSYNC_REGISTRY_URL" in told


def test_who_reads_the_change_feed_alone_names_no_registry(home):
    url = "postgresql://website@127.0.0.1/library"
    settings = load(home | {"PATRONSYNC_DATABASE_URL": url}, kind=ReaderSettings)
    assert settings.connection_url == url


@pytest.mark.parametrize("query", ["", "?sslmode=require", "?sslmode=verify-ca"])
def test_a_database_off_this_machine_needs_verified_tls(home, query):
    told = refusal(home | {"PATRONSYNC_DATABASE_URL": FAR_DATABASE + query})
    assert "sslmode=verify-full" in told and "s3cret" not in told


@pytest.mark.parametrize(
    "url",
    [
        FAR_DATABASE + "?sslmode=verify-full",
        "postgresql://worker:s3cret@127.0.0.1:5433/library",
        "postgresql://worker:s3cret@localhost/library",
        "postgresql://worker@[::1]/library",
        "postgresql:///library?host=/run/postgresql",
    ],
)
def test_a_database_on_this_machine_or_over_verified_tls_is_taken(home, url):
    settings = load(home | {"PATRONSYNC_DATABASE_URL": url, "PATRONSYNC_REGISTRY_URL": "http://127.0.0.1:1/"})
    assert settings.database_url is not None and settings.database_url.get_secret_value() == url
    assert "s3cret" not in repr(settings) and "s3cret" not in settings.database_host


@pytest.mark.parametrize("url", ["host=127.0.0.1 password=s3cret", "postgresql://x:s3cret@[bad/", "mysql://s3cret@x/"])
def test_what_is_no_libpq_url_is_refused_and_not_quoted(home, url):
    told = refusal(home | {"PATRONSYNC_DATABASE_URL": url})
    assert "PATRONSYNC_DATABASE_URL" in told and "s3cret" not in told


def test_a_relative_file_in_the_database_url_is_refused(home):
    told = refusal(home | {"PATRONSYNC_DATABASE_URL": FAR_DATABASE + "?sslmode=verify-full&sslrootcert=roots.pem"})
    assert "sslrootcert is a relative path" in told


def test_a_secret_can_stand_in_a_file_of_its_own(home, tmp_path):
    (tmp_path / "url").write_text("postgresql://worker:s3cret@127.0.0.1/library\n")
    twin = {"PATRONSYNC_DATABASE_URL_FILE": str(tmp_path / "url"), "PATRONSYNC_REGISTRY_URL": "http://127.0.0.1:1/"}
    settings = load(home | twin)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://worker:s3cret@127.0.0.1/library"


def test_a_secret_s_file_that_cannot_be_read_is_told(home, tmp_path):
    told = refusal(home | {"PATRONSYNC_DATABASE_URL_FILE": str(tmp_path / "nowhere")})
    assert "PATRONSYNC_DATABASE_URL_FILE" in told and "can't be read" in told
    (tmp_path / "empty").touch()
    assert "is empty" in refusal(home | {"PATRONSYNC_DATABASE_URL_FILE": str(tmp_path / "empty")})


def test_a_secret_and_its_file_cannot_both_be_set(home, tmp_path):
    both = {"PATRONSYNC_DATABASE_URL": "postgresql://127.0.0.1/x", "PATRONSYNC_DATABASE_URL_FILE": str(tmp_path / "u")}
    assert "are both set" in refusal(home | both)


@pytest.mark.parametrize("url", ["http://registry.example.dk/5", "ftp://127.0.0.1/", "registry", "https://u:p@x.dk/"])
def test_a_registry_without_tls_is_for_this_machine_alone(home, certificate, url):
    told = refusal(home | certificate | UUIDS | {"PATRONSYNC_REGISTRY_URL": url})
    assert "PATRONSYNC_REGISTRY_URL" in told


def test_a_registry_off_this_machine_needs_a_certificate_and_a_context(home, certificate):
    far = {"PATRONSYNC_REGISTRY_URL": "https://registry.example.dk/5"}
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in refusal(home | far | UUIDS)
    assert "PATRONSYNC_REGISTRY_SERVICE_AGREEMENT_UUID" in refusal(home | far | certificate)


def test_the_four_uuids_go_together_and_without_a_cvr_number(home):
    three = dict(list(UUIDS.items())[:3])
    assert "PATRONSYNC_REGISTRY_SERVICE_UUID: missing" in refusal(home | three)
    assert "PATRONSYNC_REGISTRY_MUNICIPALITY_CVR" in refusal(
        home | UUIDS | {"PATRONSYNC_REGISTRY_MUNICIPALITY_CVR": "12345678"}
    )


def test_the_client_s_configuration_follows_from_the_settings(home, certificate):
    given = {
        "PATRONSYNC_REGISTRY_URL": "https://registry.example.dk/5",
        "PATRONSYNC_REGISTRY_VERSION": "4",
        "PATRONSYNC_REGISTRY_CONCURRENCY": "8",
        "PATRONSYNC_REGISTRY_RATE": "12.5",
    }
    config = load(home | certificate | UUIDS | given).registry_config()
    assert (config.url, config.version, config.concurrency, config.rate) == (*list(given.values())[:2], 8, 12.5)
    assert isinstance(config.context, InvocationContext)
    assert config.context.service_agreement_uuid == "aaaaaaaa-1111-4111-8111-111111111111", "lower case, as is sent"

    config = load(home | certificate | given | {"PATRONSYNC_REGISTRY_MUNICIPALITY_CVR": "12345678"}).registry_config()
    assert config.context == AuthorityContext("12345678")


def test_there_is_no_configuration_without_a_registry(home):
    with pytest.raises(UsageError, match="PATRONSYNC_REGISTRY_URL"):
        load(home).registry_config()


def test_prefect_s_variables_are_taken_from_the_file_too(tmp_path):
    environ = env_file(tmp_path, "PREFECT_API_URL=https://prefect.example.dk/api", "PREFECT_API_KEY=pnu_1")
    settings = load(environ | {"PREFECT_API_KEY": "pnu_2"})
    assert settings.prefect_api_url == "https://prefect.example.dk/api"
    assert settings.prefect["PREFECT_API_KEY"] == "pnu_2"


def test_every_line_of_the_rules_has_its_brake_s_setting(home):
    settings = load(home | {"PATRONSYNC_BRAKE_FIRST_DEAD_PERCENT": "7.5"})
    assert settings.brake_limits() == plausibility.DEFAULT_LIMITS | {plausibility.FIRST_DEAD.key: 7.5}


def test_the_settings_in_force_are_those_of_the_command(home):
    command_s = load(home | {"PATRONSYNC_BATCH_SIZE": "3"})
    before = use(command_s)
    try:
        assert current() is command_s
    finally:
        use(before)


def test_every_setting_is_described():
    described = describe()
    assert len(described) == len(Settings.model_fields)
    assert {setting.group for setting in described} == set(GROUPS)
    for setting in described:
        assert setting.name.startswith("PATRONSYNC_") and setting.default and setting.type
        assert setting.description.endswith("."), setting.name
    assert [setting.twin for setting in described if setting.secret] == [
        "PATRONSYNC_DATABASE_URL_FILE",
        "PATRONSYNC_REGISTRY_TEST_NUMBER_FILE",
        "PATRONSYNC_FEED_WEBHOOK_SECRET_FILE",
        "PATRONSYNC_NOTIFY_WEBHOOK_URL_FILE",
        "PATRONSYNC_SMTP_URL_FILE",
    ]


def test_the_description_says_what_a_value_may_be():
    by_name = {setting.name: setting for setting in describe()}
    assert by_name["PATRONSYNC_REGISTRY_CONCURRENCY"].type == "whole number, from 1 to 256"
    assert by_name["PATRONSYNC_REGISTRY_VERSION"].type == "5 or 4"
    assert by_name["PATRONSYNC_BRAKE_DEAD_PERCENT"].default == "0.5"
    assert by_name["PATRONSYNC_DATABASE_URL"].default == "the embedded PostgreSQL in DATA_DIR"
