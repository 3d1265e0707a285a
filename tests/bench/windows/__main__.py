"""`python tests/bench/windows NAME`, in the lab: one measurement (refusal, counting or idle) as a JSON object.

bench_windows.py asks for them.
"""

from __future__ import annotations

import json
import sys

import counting
import idle
import refusal

MEASUREMENTS = {"refusal": refusal.measure, "counting": counting.measure, "idle": idle.measure}

if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]]()))
