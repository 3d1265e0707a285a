"""What is said to the agent over its local socket: requests, answers, and the roster that a daemon decides from.

Moments are Unix milliseconds, lengths milliseconds; bytes travel as base64. Unknown fields of a request are refused; those of
an answer, which a newer server gave, are left out.
"""
