"""Texts for people: written once, in English, as messages; put into words by whoever shows them. Imports nothing of ours."""
