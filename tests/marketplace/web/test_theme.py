"""The operator's colour."""

import re

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser


@pytest.mark.parametrize("color", ["#1d5c4d", "#ffff00", "#000000", "#ffffff"])
def test_any_colour_of_the_operator_is_readable_on_the_page(marketplace: Marketplace, color: str) -> None:
    with serving(marketplace, ServerSettings(site=SiteSettings(name="Läb <1>", color=color))) as address:
        browser = Browser(address)
        assert '<link rel="stylesheet" href="/theme.css">' in browser.get("/").html
        assert "Läb &lt;1&gt;" in browser.get("/").html
        [shade] = re.findall("--main: (#[0-9a-f]{6});", browser.get("/theme.css").html)
    parts = [int(shade[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 0.97 / (luminance + 0.05) >= 4.5
