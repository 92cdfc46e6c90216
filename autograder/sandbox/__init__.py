"""Where student code runs: a kernel in a folder of its own, under limits, with an end that leaves nothing.

The lock proper (namespaces, seccomp, Landlock) is not built yet; `LEVEL` says so, and is stamped into
every result.
"""

LEVEL = "off"
