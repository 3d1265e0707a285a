"""The tray's dialogs: `run(name, words, context)`, for `giochoi-tray --dialog NAME WORDS…`."""
