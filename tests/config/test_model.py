"""The settings of simpleturk.toml: every problem of a file, at its line, with a hint."""

from pathlib import Path

import pytest

from simpleturk.config import load_config
from simpleturk.errors import Problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('templat = "x"\nids = 3', ["templat is not a setting", "ids has to be text in quotes"]),
        ("marketplaces = 3", ["marketplaces has to be tables such as"]),
        (
            '[marketplaces.local]\nendpoint_url = "https://x"',
            ["marketplaces.local: it is the marketplace on this computer, which needs no address"],
        ),
        (
            '[marketplaces."My Lab"]\nendpoint_url = "https://x"',
            ["marketplaces.My Lab: a name has up to 40 small letters, digits, - and _"],
        ),
        (
            '[marketplaces.lab]\nendpoint_url = "https://x"\nspends_money = "no"',
            ["marketplaces.lab.spends_money has to be true or false"],
        ),
        ('[marketplaces.prod]\nurl = "x"', ["marketplaces.prod has to be written as"]),
        ('[marketplaces.prod]\nendpoint_url = "x"', ["marketplaces.prod: 'x' is not a URL"]),
        ('marketplaces.prod = "x"', ["marketplaces.prod has to be written as"]),
        ("site = 3\nids = ''", ["ids has to be text in quotes", "site has to be a table"]),
        (
            '[site]\ncolour = "red"\ncolor = "red"\nmax_held = true',
            [
                "site.color has to be",
                "site.max_held has to be written as max_held = 25",
                "site.colour is not a setting",
            ],
        ),
        (
            '[site]\nnotification_destinations = ["*", "arn:aws:sns:us-east-1:*", "ftp://x/", "https://a*/", "https://a/*"]',
            ['site.notification_destinations has to be written as notification_destinations = ["arn:'],
        ),
    ],
)
def test_every_problem_of_the_file_is_named(folder: Path, text: str, problems: list[str]) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    texts = [problem.what for problem in caught.value.problems]
    assert len(texts) == len(problems)
    assert all(any(text.startswith(start) for text in texts) for start in problems), texts


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('ids = "a"\n\ntemplat = "x"', "simpleturk.toml, line 3"),
        ('ids = "a"\n[site]\n# a comment\nids = "b"\nsign_up = "yes"', "simpleturk.toml, line 4"),
        ('[ marketplaces . "prod" ]\nendpoint_url = "x"', "simpleturk.toml, line 2"),
        ('site.color = "red"', "simpleturk.toml, line 1"),
        ('site = { color = "red" }', "simpleturk.toml"),
    ],
)
def test_a_problem_is_reported_at_its_line_where_the_setting_has_one(folder: Path, text: str, where: str) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    assert where in [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('templat = "x"', "did you mean template?"),
        ('[site]\ncolour = "#000000"', "did you mean color?"),
        (
            'q = "x"',
            "the settings are template, properties, inputs, ids, output, database, assets, marketplaces, site",
        ),
    ],
)
def test_an_unknown_setting_hints_at_similar_names_or_at_all_names(folder: Path, text: str, hint: str) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    assert [problem.hint for problem in caught.value.problems] == [hint]
