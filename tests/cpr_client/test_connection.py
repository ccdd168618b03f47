"""The client's configuration: what it refuses, and that it names the setting."""

from __future__ import annotations

import dataclasses

import pytest

from cpr_client import AuthorityContext, ConfigurationError, InvocationContext, RegistryConfig, open_client

UUID = "4925d7a0-1b5b-11ec-bdc6-b312b83236d4"
UUIDS = dict.fromkeys(("service_agreement_uuid", "user_system_uuid", "user_uuid", "service_uuid"), UUID)
LOCAL = "http://127.0.0.1:8080/5"
AWAY = "https://registry.invalid/service/CPR/PersonBaseDataExtended/5"


@pytest.mark.parametrize("field", UUIDS)
@pytest.mark.parametrize("value", [UUID.upper(), "", UUID[:-1], UUID + "0", UUID.replace("-", ""), "{" + UUID + "}"])
def test_a_uuid_that_is_not_in_lower_case_is_refused_by_the_name_of_its_setting(field, value):
    with pytest.raises(ConfigurationError, match=f"^PATRONSYNC_REGISTRY_{field.upper()}: "):
        InvocationContext(**{**UUIDS, field: value})


@pytest.mark.parametrize("value", ["", "1234567", "123456789", "DK123456", "1234 678", "١٢٣٤٥٦٧٨"])
def test_a_cvr_number_has_eight_digits(value):
    assert AuthorityContext("12345678").municipality_cvr == "12345678"
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_MUNICIPALITY_CVR: "):
        AuthorityContext(value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost/x", "http://[::1]:80/", "http://127.9.9.9/", AWAY]
)
def test_encrypted_or_local_is_taken(url):
    assert RegistryConfig(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://registry.invalid/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://localhost.registry.invalid/",
        "http://127.0.0.1.registry.invalid/",
        "http://127.0.0.1@registry.invalid/",
        "https://us:secret@registry.invalid/",
        "ftp://127.0.0.1/",
        "registry.invalid",
        "https://",
        "https://registry.invalid:port/",
        "https://registry.invalid:0/",
        "https://registry.invalid/a b",
        "https://registry.invalid/#part",
        "",
    ],
)
def test_any_other_address_is_refused_without_repeating_it(url):
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_URL: ") as refusal:
        RegistryConfig(url=url)
    assert "registry.invalid" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "6"),
        ("version", ""),
        ("concurrency", 0),
        ("rate", 0.0),
        ("rate", -1.0),
        ("rate", float("nan")),
        ("connect_timeout", 0.0),
        ("read_timeout", -1.0),
        ("read_timeout", float("inf")),
        ("deadline", 0.0),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_name_of_its_setting(field, value):
    with pytest.raises(ConfigurationError, match=f"^PATRONSYNC_REGISTRY_{field.upper()}: "):
        RegistryConfig(url=LOCAL, **{field: value})


def test_a_key_without_its_certificate_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_CERTIFICATE: "):
        RegistryConfig(url=LOCAL, key=tmp_path / "key.pem")


def test_a_registry_elsewhere_asks_for_certificate_and_context(our_certificate):
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_CERTIFICATE: "):
        open_client(RegistryConfig(url=AWAY, context=AuthorityContext("12345678")))
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_SERVICE_AGREEMENT_UUID .*MUNICIPALITY_CVR"):
        open_client(RegistryConfig(url=AWAY, certificate=our_certificate.certificate, key=our_certificate.key))


def test_a_registry_on_this_machine_asks_for_neither():
    with open_client(RegistryConfig(url=LOCAL)):
        pass


def test_there_is_no_switch_that_turns_verification_off():
    fields = {field.name for field in dataclasses.fields(RegistryConfig)}
    assert not {name for name in fields if "verify" in name or "insecure" in name}


def test_the_configuration_can_t_be_changed_later():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RegistryConfig(url=LOCAL).url = AWAY


def test_host_and_loopback_are_told():
    assert (RegistryConfig(url=LOCAL).host, RegistryConfig(url=LOCAL).on_loopback) == ("127.0.0.1:8080", True)
    assert (RegistryConfig(url=AWAY).host, RegistryConfig(url=AWAY).on_loopback) == ("registry.invalid", False)
