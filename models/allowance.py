"""What a member's own acts wait for."""

from models.base import Stored


class Allowance(Stored):
    """One row per member (same id), locked by its owner alone: it makes that member's own acts
    wait for each other, so that two sends at once cannot both see 49 of 50.
    """

    class Meta:
        table = "allowance"
