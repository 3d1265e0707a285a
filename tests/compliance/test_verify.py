"""giochoi-verify: what it says of an honest log."""

from compliance import bundle
from compliance.verify import verify


def test_an_honest_day_verifies(site):
    """A day of play, dues, a refusal and a grant holds, and every decision follows."""
    site.honest_day()
    report = verify(bundle.parse(site.bundle()))
    assert report.failures == ()
    assert (report.audit.decisions, report.audit.plays, report.audit.days) == (4, 3, 1)
