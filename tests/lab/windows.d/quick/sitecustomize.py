"""For each Python that tests run in the lab. Before it loads a module Python asks four times what lies in some folder, and Wine
takes two milliseconds to answer: programs of ours would take seven seconds to start, not three. So each question is asked once.
"""

import _frozen_importlib_external as finders

_ask = finders._path_stat
_answers = {}


def _asked_once(path):
    if path not in _answers:
        try:
            _answers[path] = _ask(path)
        except (OSError, ValueError) as error:
            _answers[path] = error
    answer = _answers[path]
    if isinstance(answer, Exception):
        raise answer
    return answer


finders._path_stat = _asked_once
