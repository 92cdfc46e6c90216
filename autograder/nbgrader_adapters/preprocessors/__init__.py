"""Our steps in nbgrader's lists: one preprocessor, one job. `config.py` says their order, and why."""

from autograder.nbgrader_adapters.preprocessors.clean_outputs import CleanOutputs
from autograder.nbgrader_adapters.preprocessors.execute import Execute
from autograder.nbgrader_adapters.preprocessors.sanitise import Sanitise
from autograder.nbgrader_adapters.preprocessors.save_grades import LatePenalties, SaveGrades
from autograder.nbgrader_adapters.preprocessors.settle_grades import SettleGrades
from autograder.nbgrader_adapters.preprocessors.show_release import ShowRelease
from autograder.nbgrader_adapters.preprocessors.write_verdicts import WriteVerdicts

__all__ = [
    "CleanOutputs",
    "Execute",
    "LatePenalties",
    "Sanitise",
    "SaveGrades",
    "SettleGrades",
    "ShowRelease",
    "WriteVerdicts",
]
