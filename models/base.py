"""What every table shares."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from models.ids import new_id

NAME = 100
SHORT = 120
LONG = 2000


class Stored(Model):
    """A row with a time-ordered key made by the application (models/ids.py)."""

    # Without generated=False Tortoise silently ignores the default and autoincrements.
    id = fields.BigIntField(primary_key=True, generated=False, default=new_id)

    class Meta:
        abstract = True


def belongs_to_member(on_delete: OnDelete = OnDelete.CASCADE) -> Any:
    """A reference to a member; rows that mean nothing without them go with them."""
    return fields.ForeignKeyField("models.Member", related_name=False, on_delete=on_delete)


def belongs_to(model: str, **options: Any) -> Any:
    """A reference to a row of another model, which takes this one along when it goes."""
    return fields.ForeignKeyField(
        f"models.{model}", related_name=False, on_delete=OnDelete.CASCADE, **options
    )
