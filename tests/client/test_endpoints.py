"""The endpoint that a command uses."""

import pytest

from simpleturk.client.endpoints import AMAZON, LOCAL_URL, Endpoint, EndpointOptions, Home, resolve
from simpleturk.errors import UsageError, WrongMarketplace

OWN = {"prod": "https://turk.example"}
SANDBOX = Home("sandbox", AMAZON["sandbox"])
PROD = Home("prod", AMAZON["prod"])
LOCAL = Home("local", LOCAL_URL)


def resolved(
    options: EndpointOptions, endpoints: dict[str, str] | None = None, home: Home | None = None, acts: bool = False
) -> tuple[str, str, bool]:
    endpoint = resolve(options, endpoints or {}, home, acts)
    return endpoint.name, endpoint.endpoint_url, endpoint.spends_money


def test_local_is_the_default() -> None:
    assert resolved(EndpointOptions(), acts=True) == ("local", LOCAL_URL, False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (EndpointOptions(local=True), ("local", LOCAL_URL, False)),
        (EndpointOptions(sandbox=True), ("sandbox", AMAZON["sandbox"], False)),
        (EndpointOptions(prod=True), ("prod", AMAZON["prod"], True)),
        (EndpointOptions(endpoint_url="http://127.0.0.1:8484"), ("endpoint", "http://127.0.0.1:8484", False)),
        (EndpointOptions(endpoint_url="https://turk.example"), ("endpoint", "https://turk.example", True)),
    ],
)
def test_a_flag_names_the_marketplace(options: EndpointOptions, expected: tuple[str, str, bool]) -> None:
    assert resolved(options, acts=True) == expected


LAB = {"lab": "https://lab.example", "desk": "http://127.0.0.1:8484"}


def test_a_named_marketplace_spends_money_unless_it_is_here_or_declared_free() -> None:
    def on(name: str, spends_money: bool | None = None) -> tuple[str, str, bool]:
        said = {} if spends_money is None else {name: spends_money}
        endpoint = resolve(EndpointOptions(on=name), LAB, None, acts=True, spends_money=said)
        return endpoint.flag, endpoint.endpoint_url, endpoint.spends_money

    assert on("lab") == ("--on lab", "https://lab.example", True)
    assert on("lab", spends_money=False)[2] is False
    assert on("desk") == ("--on desk", "http://127.0.0.1:8484", False)
    assert on("desk", spends_money=True)[2] is True
    assert on("prod") == ("--prod", AMAZON["prod"], True)
    assert on("local") == ("--local", LOCAL_URL, False)


def test_an_unknown_name_of_a_marketplace_is_a_usage_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="--on labb: no marketplace has this name") as caught:
        resolve(EndpointOptions(on="labb"), LAB, None, acts=False)
    assert caught.value.hint == "did you mean lab?"
    with pytest.raises(UsageError) as caught:
        resolve(EndpointOptions(on="zoo"), LAB, None, acts=False)
    assert str(caught.value.hint).startswith("the marketplaces are local, sandbox, prod, lab, desk; add")


def test_a_batch_of_a_named_marketplace_needs_its_flag_where_money_is_spent() -> None:
    home = Home("lab", "https://lab.example")
    with pytest.raises(WrongMarketplace) as caught:
        resolve(EndpointOptions(), LAB, home, acts=True)
    assert (caught.value.message, caught.value.hint) == (
        "lab (https://lab.example) spends real money: this needs its flag",
        "add --on lab",
    )
    assert resolve(EndpointOptions(), LAB, home, acts=False).name == "lab"
    # The name in an edited record counts only with the URL that the configuration gives it.
    edited = resolve(EndpointOptions(), LAB, Home("desk", "https://lab.example"), False, {"desk": False})
    assert (edited.name, edited.spends_money) == ("endpoint", True)


def test_the_configuration_gives_names_another_endpoint() -> None:
    assert resolved(EndpointOptions(prod=True), OWN) == ("prod", "https://turk.example", True)


@pytest.mark.parametrize(
    "options",
    [
        EndpointOptions(local=True, prod=True),
        EndpointOptions(sandbox=True, endpoint_url="http://x"),
        EndpointOptions(prod=True, sandbox=True),
    ],
)
def test_two_flags_are_a_usage_error(options: EndpointOptions) -> None:
    with pytest.raises(UsageError, match="name two marketplaces"):
        resolve(options, {}, None, acts=False)


@pytest.mark.parametrize("url", ["turk.example", "ftp://x", "https://", "http:///x", "http://[::1", "http://x:99999"])
def test_an_endpoint_that_is_not_a_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="is not a URL"):
        resolve(EndpointOptions(endpoint_url=url), {}, None, acts=False)


def test_without_a_flag_a_command_follows_the_batch() -> None:
    assert resolved(EndpointOptions(), home=SANDBOX, acts=True)[0] == "sandbox"
    assert resolved(EndpointOptions(), home=PROD)[0] == "prod"


def test_a_flag_for_another_marketplace_than_the_batchs_is_refused() -> None:
    with pytest.raises(WrongMarketplace) as caught:
        resolve(EndpointOptions(prod=True), {}, SANDBOX, acts=True)
    assert caught.value.message == "this batch is on the sandbox, not on production"
    assert caught.value.hint == "use --sandbox, or name another --ids"


def test_a_marketplace_with_real_money_needs_its_flag_each_time() -> None:
    with pytest.raises(WrongMarketplace, match="production spends real money: this needs its flag") as caught:
        resolve(EndpointOptions(), {}, PROD, acts=True)
    assert caught.value.hint == "add --prod"
    assert resolved(EndpointOptions(prod=True), home=PROD, acts=True)[0] == "prod"


def test_a_flag_and_the_batch_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", "http://localhost:9")
    assert resolved(EndpointOptions()) == ("endpoint", "http://localhost:9", False)
    assert resolved(EndpointOptions(local=True))[0] == "local"
    assert resolved(EndpointOptions(), home=LOCAL)[0] == "local"


def test_an_environment_variable_that_is_not_a_url_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", "http://[")
    with pytest.raises(UsageError, match=r"AWS_ENDPOINT_URL_MTURK http://\[ is not a URL"):
        resolved(EndpointOptions())
    assert resolved(EndpointOptions(local=True))[0] == "local"


def test_amazons_fees_and_limits_apply_on_amazons_hosts_only() -> None:
    amazon = resolve(EndpointOptions(prod=True), {}, None, acts=False)
    own = resolve(EndpointOptions(prod=True), OWN, None, acts=False)
    fake = resolve(EndpointOptions(endpoint_url="https://amazonaws.com.evil.example"), {}, None, acts=False)
    assert (amazon.is_amazon, amazon.max_question_bytes) == (True, 65_535)
    assert (own.is_amazon, own.max_question_bytes) == (False, 1024 * 1024)
    assert not fake.is_amazon


def test_a_record_that_gives_the_sandbox_another_url_is_not_the_sandbox() -> None:
    edited = SANDBOX._replace(endpoint_url="https://turk.example")
    with pytest.raises(WrongMarketplace):
        resolve(EndpointOptions(), {}, edited, acts=True)
    assert resolved(EndpointOptions(), home=edited) == ("endpoint", "https://turk.example", True)


def test_an_endpoint_without_a_name_is_its_url_in_messages() -> None:
    assert Endpoint("endpoint", "https://turk.example", True).title == "https://turk.example"
    assert Endpoint("local", LOCAL_URL, False).title == "the local marketplace"
