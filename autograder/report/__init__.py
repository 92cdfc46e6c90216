"""What people read: the verdict on an exercise, and the report on a class."""

from autograder.report.classes import ClassReport, class_report
from autograder.report.page import class_page, write_class_report
from autograder.report.verdict import verdict_html, verdict_text

__all__ = ["ClassReport", "class_page", "class_report", "verdict_html", "verdict_text", "write_class_report"]
