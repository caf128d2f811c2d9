"""`python -m web …`"""

from web.cli import app

app(prog_name="python -m web")
