"""The qualification types of an account by name, so that a command which is run again creates none twice."""

import threading
from typing import TYPE_CHECKING

from simpleturk.errors import MarketplaceError

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


class QualificationTypes:
    """The account's qualification types by name: found, or created once."""

    def __init__(self, mturk: "MTurk") -> None:
        self._mturk = mturk
        self._lock = threading.Lock()
        self._by_name: dict[str, str] | None = None

    def find_or_create(self, name: str, description: str) -> str:
        """The id of the qualification type with this name. Raises MarketplaceError."""
        with self._lock:
            known = self._read()
            if name not in known:
                try:
                    known[name] = self._mturk.create_qualification_type(name, description)
                except MarketplaceError as error:
                    # A call without answer may have created it, so that its repetition is refused.
                    if "AlreadyExists" not in error.code:
                        raise
                    self._by_name = None
                    known = self._read()
                    if name not in known:
                        raise
            return known[name]

    def _read(self) -> dict[str, str]:
        if self._by_name is None:
            self._by_name = {name: type_id for type_id, name in self._mturk.qualification_types()}
        return self._by_name
