"""The price of a batch, with Amazon's fees.

Source: Amazon's pricing page: 20 % of the reward, 20 % more from 10 assignments per HIT, 5 % more for Masters, at least
0.01 USD per assignment, rounded to the cent, half up. Premium qualifications cost extra; the API does not give
these prices.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Price:
    """The rewards of workers and the fees of the marketplace, in USD, if everything is approved."""

    rewards: Decimal
    fees: Decimal

    @property
    def total(self) -> Decimal:
        """Rewards and fees."""
        return self.rewards + self.fees


def price(reward: Decimal, assignments: int, max_assignments: int, amazon: bool, masters: bool = False) -> Price:
    """The price of this many assignments, of HITs with `max_assignments` each. Only Amazon charges fees."""
    fee = fee_per_assignment(reward, max_assignments, masters) if amazon else Decimal(0)
    return Price(reward * assignments, fee * assignments)


def fee_per_assignment(reward: Decimal, max_assignments: int, masters: bool = False) -> Decimal:
    """Amazon's fee for one approved assignment, in USD."""
    rate = Decimal("0.20")
    if max_assignments >= 10:
        rate += Decimal("0.20")
    if masters:
        rate += Decimal("0.05")
    return max(CENT, (reward * rate).quantize(CENT, ROUND_HALF_UP))
