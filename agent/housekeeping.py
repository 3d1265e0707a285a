"""What the agent does by itself: proof that it is alive, the card, what a full disk kept from the log, newer versions, the
witnesses' cosignatures.
"""

from __future__ import annotations

from host.jobs import Job, Jobs

TICK_S = 300
WITNESS_S = 300
RETRY_S = 30
UPDATES_S = 600


def schedule(tick: Job, deliver: Job, update: Job, witness: Job, *, every: float = TICK_S) -> Jobs:
    """`tick` comes every so many seconds, `witness` every five minutes, `deliver` twice a minute, `update` every ten."""
    jobs = Jobs()
    for seconds, job in ((every, tick), (RETRY_S, deliver), (UPDATES_S, update), (WITNESS_S, witness)):
        jobs.every(seconds, job)
    return jobs
