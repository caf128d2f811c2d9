"""The settings and the instance's key, for web/. They live in models/, the room all may read."""

from models.credential import secret_key
from models.settings import ROOT, Settings, configure, settings

__all__ = ["ROOT", "Settings", "configure", "secret_key", "settings"]
