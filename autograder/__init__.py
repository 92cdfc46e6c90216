"""The autograder of Aandacht: grades notebooks without ever trusting the code in them."""

import sys

# With it, jsonschema checks what nobody asks of a notebook, and takes a second to learn it in every process of ours.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
