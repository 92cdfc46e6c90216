"""The only way between the grader and student code: messages over a unix socket, and nothing else.

::

    judge (trusted)                          student's kernel ── fork ─→ fork server ── fork ─→ one check
    host.Connection ── requests ───────────────────────────────────────────────────────────→ child.Worker
                    ←─ values, as plain data (never pickled, never evaluated) ──────────────

    messages.py  what crosses: requests, replies, frames, and the caps that are checked before anything is parsed
    values.py    Python's values and tensors as messages' values, and back
    host.py      asks, within a deadline            worker.py  answers            child.py  forks
"""
