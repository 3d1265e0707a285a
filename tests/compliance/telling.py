"""What a report says, and a play for it, as tests of the verifier have it."""

from i18n.message import plain

MINUTE = 60_000


def said(report):
    """The failures, with where they are."""
    return [f"{one.where}: {one.what}" for one in report.failures]


def told(report, kind):
    """What findings of this kind say."""
    return [plain(one.what) for one in report.audit.findings if one.kind == kind]


def kinds(report):
    return [one.kind for one in report.audit.findings]


def played(seat, minutes=60, **play):
    """A play that has gone on for so long."""
    play = seat.begin(**play)
    seat.site.clock.run(minutes * MINUTE)
    return play
