"""Qualification types are created once, whatever answers are lost."""

import pytest

from simpleturk.batch.review.qualification_types import QualificationTypes
from simpleturk.errors import MarketplaceError


class Account:
    """An account with qualification types, which refuses a name that exists."""

    def __init__(self, **types: str) -> None:
        self.types = types
        self.lists = 0
        self.refusal = "QualificationTypeAlreadyExists"

    def qualification_types(self) -> list[tuple[str, str]]:
        self.lists += 1
        return [(type_id, name) for name, type_id in self.types.items()]

    def create_qualification_type(self, name: str, description: str) -> str:
        if name in self.types:
            raise MarketplaceError("You have already created it", code=self.refusal)
        self.types[name] = f"Q{len(self.types)}"
        return self.types[name]


def test_a_type_is_found_by_its_name_or_created() -> None:
    account = Account(old="Q9")
    types = QualificationTypes(account)  # type: ignore[arg-type]
    assert [types.find_or_create(name, "d") for name in ("old", "new", "new")] == ["Q9", "Q1", "Q1"]
    assert account.lists == 1


def test_a_type_that_a_call_without_answer_has_created_is_found() -> None:
    account = Account()
    types = QualificationTypes(account)  # type: ignore[arg-type]
    types.find_or_create("first", "d")
    account.types["lost"] = "Q7"
    assert types.find_or_create("lost", "d") == "Q7"
    account.types["other"] = "Q8"
    account.refusal = "ServiceFault"
    with pytest.raises(MarketplaceError):
        types.find_or_create("other", "d")
