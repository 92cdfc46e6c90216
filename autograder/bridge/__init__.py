"""The only way between the grader and student code: messages over a unix socket, and nothing else.

::

    judge (trusted)                          student's kernel ── fork ─→ fork server ── fork ─→ one check
    host.Connection ── requests ───────────────────────────────────────────────────────────→ child.Worker
                    ←─ values, as plain data (never pickled, never evaluated) ──────────────
"""
