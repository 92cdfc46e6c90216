"""Makes nbgrader's own commands and formgrader grade this course with the checks in `autograder/`."""

from autograder.nbgrader_adapters.config import configure

c = get_config()  # noqa: F821 # given by nbgrader
configure(c)
