"""simple-amt's config.json, and the options of its scripts."""

import json
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.simple_amt import SimpleAmtConfig, load_simple_amt_config
from tests.conftest import Files, Run, do, records, serving

KEYS = {"aws_access_key": "AK", "aws_secret_key": "SK"}


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (json.dumps(KEYS), SimpleAmtConfig(("AK", "SK"))),
        (json.dumps(KEYS | {"template_directories": ["t"]}), SimpleAmtConfig(("AK", "SK"), (Path("t"),))),
        (json.dumps({"template_directories": ["a", "b"]}), SimpleAmtConfig(None, (Path("a"), Path("b")))),
        (json.dumps({"aws_access_key": "AK"}), SimpleAmtConfig()),
        ("{}", SimpleAmtConfig()),
        ("[1]", SimpleAmtConfig()),
        ("not JSON", SimpleAmtConfig()),
        (json.dumps({"template_directories": "t", "rendered_template_directory": 3}), SimpleAmtConfig()),
    ],
)
def test_simple_amts_configuration_is_read_and_that_of_other_programs_is_ignored(
    folder: Path, text: str, config: SimpleAmtConfig
) -> None:
    Path("config.json").write_text(text)
    assert load_simple_amt_config(None) == config


def test_without_a_configuration_the_defaults_apply(folder: Path) -> None:
    assert load_simple_amt_config(None) == SimpleAmtConfig()


@pytest.mark.parametrize("text", [None, "[1]", "not JSON"])
def test_a_named_configuration_that_cannot_be_used_is_an_error(batch_files: Files, run: Run, text: str | None) -> None:
    if text is not None:
        Path("my.json").write_text(text)
    batch_files([{"word": "a"}])
    result = run("launch", "--config", "my.json")
    assert (result.exit_code, Path("hit_ids.txt").exists()) == (1, False)
    assert result.stderr.startswith("error: my.json: ")


def test_keys_of_the_configuration_are_used_if_no_others_are_given(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files([{"word": "a"}])
    shown = json.loads(run("requester", "add", "Lab").stdout)
    key, secret = shown["access_key_id"], shown["secret_access_key"]
    with serving(local) as address:
        where = ["--endpoint-url", address]
        Path("config.json").write_text(json.dumps({"aws_access_key": key, "aws_secret_key": "wrong"}))
        assert "the secret key is wrong" in run("balance", *where).stderr
        Path("config.json").write_text(json.dumps({"aws_access_key": key, "aws_secret_key": secret}))
        assert run("balance", *where).exit_code == 0
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        assert "the secret key is wrong" in run("balance", *where).stderr


def test_includes_are_searched_for_in_template_directories(batch_files: Files, run: Run) -> None:
    Path("parts").mkdir()
    Path("parts/head.html").write_text("<h1>Head</h1>")
    batch_files([{"word": "a"}], template='{% include "head.html" %}<form>{{ input.word }}</form>')
    assert "the include head.html does not exist" in run("launch").stderr
    Path("config.json").write_text(json.dumps({"template_directories": ["parts"]}))
    assert "<h1>Head</h1>" in run("render-template").stdout
    assert run("launch", "--no-check").exit_code == 0


def test_simple_amts_other_options_are_accepted(run: Run, words: list[str], local: Marketplace) -> None:
    done = [do(local, word, "ann") for word in words]
    run("reject", "--yes", "--feedback", "no", done[0])
    assert len(records(run("results").stdout)) == 2
    assert len(records(run("results", "--rejected", "--hit_ids_file", "hit_ids.txt").stdout)) == 3
    assert run("delete", "--force", "--hit_id", words[0], "-f").exit_code == 0
    assert "deleted" in run("progress").stdout
