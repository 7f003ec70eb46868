"""Settings of the server and the worker site: from simpleturk.toml to each of the server's processes."""

import dataclasses
from typing import Any

from simpleturk.config.model import SiteTable
from simpleturk.marketplace.store.transaction import WorkerLimits
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings, UploadLimits


def test_every_setting_of_the_table_site_has_a_place() -> None:
    fields = {field.name for settings in (SiteSettings, WorkerLimits) for field in dataclasses.fields(settings)}
    # The address is for the commands that print links; limits of uploads are bytes in one and megabytes in the other.
    in_megabytes = {"max_file_mb", "max_files_mb"}
    assert set(SiteTable.model_fields) - {"address"} - in_megabytes == fields - {"open_access", "limits", "files"}


def test_the_table_site_sets_texts_and_limits_and_leaves_other_defaults() -> None:
    table: dict[str, Any] = {"name": "Lab", "max_held": 3, "address": "https://work.example.org", "max_file_mb": 2}
    site = SiteSettings.from_table(table, open_access=False)
    assert site == SiteSettings(
        name="Lab", open_access=False, limits=WorkerLimits(max_held=3), files=UploadLimits(2_000_000)
    )
    assert site.limits.max_per_worker is None
    listed = SiteSettings.from_table({"notification_destinations": ["https://a/"]}, open_access=True)
    assert listed.notification_destinations == ("https://a/",)


def test_settings_survive_the_way_to_another_process() -> None:
    limits, files = WorkerLimits(max_per_worker=2), UploadLimits(1, 2)
    site = SiteSettings(
        name="Läb", terms="a\nb", limits=limits, files=files, notification_destinations=("https://a/*",)
    )
    settings = ServerSettings(open_access=False, rate=2.5, site=site, processes=4, hosts=("work.example.org",))
    assert ServerSettings.from_json(settings.to_json()) == settings
