"""`python -m tests.bench.windows NAME`, in the lab: one measurement (refusal, counting or idle) as a JSON object.

bench_windows.py asks for them.
"""

from __future__ import annotations

import json
import sys

from tests.bench.windows import counting, idle, refusal

MEASUREMENTS = {"refusal": refusal.measure, "counting": counting.measure, "idle": idle.measure}

if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]]()))
