"""The program with other patience: `python -m tests.webhooks.hasty serve` or `worker`.

The same order of waits in less time: half a second where it is 5 s, 30 s and so on; a lease of a
second where it is 90 s.
"""

import dataclasses
from datetime import timedelta

from models import job, worker
from schema import delivery
from web.cli import app

DELAYS = [timedelta(seconds=0.5)] * 15

job.LEASE, worker.RENEW_SECONDS = timedelta(seconds=1.5), 0.3
delivery.KIND = dataclasses.replace(delivery.KIND, delays=DELAYS)

if __name__ == "__main__":
    app(prog_name="hasty")
