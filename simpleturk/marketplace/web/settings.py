"""What an operator can say about the worker site."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SiteSettings:
    """`name`, `color` ("#1d5c4d"), `welcome`, `terms` (accepted once) and `contact` are what workers see.

    `frames` is a second host name, on which HITs run. `is_open`: a worker is whoever they say they are; otherwise they
    have accounts, which with `sign_up` anybody can make.
    """

    name: str = "simpleturk"
    color: str = ""
    welcome: str = ""
    terms: str = ""
    contact: str = ""
    frames: str = ""
    is_open: bool = True
    sign_up: bool = False
