"""The course's configuration of nbgrader; `nbgrader_config.py` is a call of `configure`."""

from __future__ import annotations

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
)
from traitlets.config import Config

from autograder.nbgrader_adapters.exporter import AutogradeExporter
from autograder.nbgrader_adapters.late import LatePenalty
from autograder.nbgrader_adapters.pages import FeedbackExporter
from autograder.nbgrader_adapters.preprocessors import (
    CleanOutputs,
    Execute,
    LatePenalties,
    Sanitise,
    SaveGrades,
    SettleGrades,
    ShowRelease,
    WriteVerdicts,
)
from autograder.nbgrader_adapters.release import release_config
from autograder.nbgrader_adapters.zips import SafeExtractor

#: Ours first, then nbgrader's own list as it is: by then there is nothing left to change.
SANITISE = [Sanitise, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]

#: nbgrader's own list, with our Execute in place of its own, SaveGrades and LatePenalties, which are nbgrader's but for
#: the gradebook that they write to, and these beside it:
#: ShowRelease after OverwriteCells, which may have put hidden tests in; CleanOutputs before WriteVerdicts, which
#: writes the one output that is trusted; WriteVerdicts last before the grades are read from it; SettleGrades before
#: the penalty, which is a share of the settled score.
AUTOGRADE = [
    ShowRelease,
    Execute,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    CleanOutputs,
    WriteVerdicts,
    SaveGrades,
    SettleGrades,
    LatePenalties,
    CheckCellMetadata,
]

#: Where zip_collect finds whose notebook a file is: `alice.zip`, or `alice/` in `submissions.zip`, each holding the
#: notebook at its top. A folder any deeper is the student's own naming and may not speak for another student.
SUBMITTED_FILE = (
    r".*/extracted/(?:submissions/)?(?P<student_id>[A-Za-z0-9_@+][A-Za-z0-9._@+-]{0,63})/(?P<file_id>[\w-]+)\.ipynb\Z"
)


def configure(c: Config) -> None:
    """Set up the stock nbgrader commands and formgrader to grade with our checks.

    Args:
        c: the configuration object of nbgrader_config.py.
    """
    c.merge(release_config())
    c.CourseDirectory.course_id = "aandacht"
    c.Autograde.exporter_class = AutogradeExporter
    c.Autograde.sanitize_preprocessors = SANITISE
    c.Autograde.autograde_preprocessors = AUTOGRADE
    c.AssignLatePenalties.plugin_class = LatePenalty
    c.ZipCollectApp.extractor_plugin = SafeExtractor
    c.FileNameCollectorPlugin.named_regexp = SUBMITTED_FILE
    _make_pages_safe(c)


def _make_pages_safe(c: Config) -> None:
    """Feedback and formgrader render by the same filters; feedback is also a page of its own, without scripts."""
    ours = "autograder.nbgrader_adapters.clean."
    c.HTMLExporter.filters = {"markdown2html": ours + "markdown2html", "clean_html": ours + "clean_raw"}
    c.GenerateFeedback.exporter_class = FeedbackExporter
