"""Command lines of a player who wants their reading to cost much. `make bench` measures it."""

CMD = (
    "cmd /c " + '"' * 40_000, "cmd " + "/q" * 20_000, "cmd /c " + "start " * 8_000, "cmd /c " + "a&" * 20_000,
    "cmd /c " + 'start "" ' * 4_000, "cmd /c " + "@" * 40_000,
)  # fmt: skip
POWERSHELL = ("'" * 30_000, "a" * 32_000, "a.ps1 " * 5_000, '"\n' * 15_000)
