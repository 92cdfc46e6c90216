"""Where student code runs: locked in, forked from a warm process, under limits, with an end that leaves nothing.

README.md beside this file says what the lock consists of, what was measured, and what it does not hold off.
"""
