"""What is built here is dated, also where the tree is no checkout, as on a machine of the lab."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def day():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", os.environ.get("SOURCE_DATE_EPOCH", "1795000000"))
        yield
