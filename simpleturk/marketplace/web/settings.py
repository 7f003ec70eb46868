"""The settings of a served marketplace: what workers see on its site, and how its processes serve it."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from simpleturk.marketplace.store.transaction import WorkerLimits

#: The settings of the worker site that limit what one worker may do.
_LIMITS = ("max_per_worker", "max_held")


MEGABYTE = 1_000_000


@dataclass(frozen=True)
class UploadLimits:
    """The largest file that a worker may upload, and the most that the files of one submission may have, in bytes."""

    max_file_bytes: int = 100 * MEGABYTE
    max_files_bytes: int = 200 * MEGABYTE


DEFAULT_UPLOAD_LIMITS = UploadLimits()


@dataclass(frozen=True)
class SiteSettings:
    """The worker site of one marketplace.

    `name`, `color` ("#1d5c4d"), `welcome`, `terms` (accepted once) and `contact` are what workers see. `frames` is a
    second host name, on which HITs run. `task_word` is what the site calls a HIT. With `open_access` workers sign in
    with an id alone; without it they have accounts with passwords, which every visitor may create if `sign_up` is set.
    `limits` bounds what one worker may do,
    `files` what one submission may upload. `notification_destinations` are open to the notifications of all
    requesters, not only to those of the operator.
    """

    name: str = "simpleturk"
    color: str = ""
    welcome: str = ""
    terms: str = ""
    contact: str = ""
    frames: str = ""
    task_word: str = "HIT"
    open_access: bool = True
    sign_up: bool = False
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    files: UploadLimits = DEFAULT_UPLOAD_LIMITS
    notification_destinations: tuple[str, ...] = ()

    @classmethod
    def from_table(cls, table: dict[str, Any], open_access: bool) -> "SiteSettings":
        """The settings that the table [site] of a configuration file gives; its values are checked already."""
        settings = {name: value for name, value in table.items() if name not in _LIMITS}
        # Only the commands that print links to the site need its address.
        settings.pop("address", None)
        destinations = tuple(settings.pop("notification_destinations", ()))
        limits = WorkerLimits(**{name: table[name] for name in _LIMITS if name in table})
        files = UploadLimits(
            settings.pop("max_file_mb", 0) * MEGABYTE or DEFAULT_UPLOAD_LIMITS.max_file_bytes,
            settings.pop("max_files_mb", 0) * MEGABYTE or DEFAULT_UPLOAD_LIMITS.max_files_bytes,
        )
        more: dict[str, Any] = {"limits": limits, "files": files, "notification_destinations": destinations}
        return cls(**settings, open_access=open_access, **more)


@dataclass(frozen=True)
class ServerSettings:
    """How a marketplace is served.

    `open_access`: the server is for this computer only, and API calls without a known key are the local requester's;
    unless `signed_calls` is set, or `closes_with_keys` is and a requester has a valid access key. `rate` is API calls
    per second and key, 0 for no limit; each of the `processes` allows its share. `deliver_notifications`: this server
    sends notifications to their receivers. `log_all`: the access log has every request, not only failed API calls.
    `is_secure`: browsers reach the site over TLS. `hosts` are the host names of the server, besides those of this
    computer: API calls that are signed for other hosts are refused.
    """

    open_access: bool = True
    signed_calls: bool = False
    closes_with_keys: bool = False
    strict: bool = False
    site: SiteSettings = field(default_factory=SiteSettings)
    rate: float = 0
    deliver_notifications: bool = True
    allow_private_webhooks: bool = False
    log_all: bool = False
    is_secure: bool = False
    processes: int = 1
    hosts: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The settings as text, for the environment of the server's processes."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ServerSettings":
        """The settings that to_json() wrote."""
        values = json.loads(text)
        site = values.pop("site")
        limits, files = WorkerLimits(**site.pop("limits")), UploadLimits(**site.pop("files"))
        destinations = tuple(site.pop("notification_destinations"))
        hosts = tuple(values.pop("hosts"))
        more: dict[str, Any] = {"limits": limits, "files": files, "notification_destinations": destinations}
        return cls(**values, hosts=hosts, site=SiteSettings(**site, **more))
