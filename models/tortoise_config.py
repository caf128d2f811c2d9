"""What Tortoise's own command reads; it never connects there to write a migration."""

from models.database import config

TORTOISE_ORM = config()
