"""Another program starts the game: in the end the kernel is asked for the game itself."""

from __future__ import annotations

import pytest

from tests.bypasses.case import some

WRAPPERS = {
    "other argv[0]": 'exec -a firefox "$GAME" "$PLAY"',
    "sh -c": """sh -c '"$GAME" "$PLAY"'""",
    "env": 'env -i RAN="$RAN" "$GAME" "$PLAY"',
    "nohup": 'nohup "$GAME" "$PLAY"',
    "setsid": 'setsid --wait "$GAME" "$PLAY"',
    "nice": 'nice -n 19 "$GAME" "$PLAY"',
    "timeout": 'timeout 60 "$GAME" "$PLAY"',
    "xargs": 'echo "$PLAY" | xargs "$GAME"',
    "background": '"$GAME" "$PLAY" & wait $!',
    "shebang": 'printf "#!%s\\n. \\"\\$PLAY\\"\\n" "$GAME" >diary && chmod +x diary && ./diary',
    "script": 'printf "#!/bin/sh\\nexec \\"\\$GAME\\" \\"\\$PLAY\\"\\n" >diary && chmod +x diary && ./diary',
    "new session": 'setsid --fork --wait setsid --wait "$GAME" "$PLAY"',
    "python": """python3 -c 'import os; os.execv(os.environ["GAME"], ["code", os.environ["PLAY"]])'""",
}


@pytest.mark.parametrize("scripts", some(WRAPPERS))
def test_a_game_that_something_else_starts_is_refused(case, scripts):
    case(0).each_refused(scripts)


def test_the_loader_is_no_way_round(case):
    """The gate sees the loader only; what it was told to load is recognised, and ended."""
    case(0).ended('"$(echo /lib64/ld-linux*)" "$GAME" "$PLAY"')
