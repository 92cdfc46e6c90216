"""The sentences of a quiz's verdicts and exports: templates with named fields, to be translated."""

#: How right an answer is, where right ones earn points, and where taking part does.
TITLES = {"right": "Right: {answer}", "partly": "Partly right: {answer}", "wrong": "Not right: {answer}"}
TAKEN = {
    "right": "Answered, and right: {answer}",
    "partly": "Answered, and partly right: {answer}",
    "wrong": "Answered, though not right: {answer}",
}
NOT_ANSWERED = "Not answered"
REST = "The rest of its points"
NO_VERDICT = "No verdict yet"
NUMBERS = "Your numbers: {values}."
CHOICE_RIGHT = "{letter}, which is right: {text} → {why}"
CHOICE_WRONG = "{letter}, which is wrong: {text} → {why}"
ANSWER = "The answer: {answer}. {why}"
UNREADABLE = "Question {number} {fault}. A person will read it."
WHOSE = "This question has numbers of its own for each student, and nobody said whose notebook this is."
OTHER_NUMBERS = (
    "The answer fits the numbers of {said}, whom the notebook names, and not those of “{student}”, who handed it in. "
    "A person will look at it."
)
OTHER_STUDENT = (
    "The notebook names {said} as its student, and was handed in by “{student}”: questions with numbers are marked "
    "with those of “{student}”."
)
OWN_WORD = (
    "Nobody said whose notebook this is, so questions with numbers are marked with those of {said}, whom it names."
)
NOBODY = "nobody"
SOMEBODY = "somebody else"
ELSEWHERE = "The answer to question {number} stands in another cell than the one for it. A person will read it."
FAULT = "Question {number} could not be marked ({error}). A person will look at it."

# Exports.
ABOUT = "Each answer is explained at once. Nothing is recorded, and nothing is sent."
NEEDS_SCRIPT = "This page marks answers by a script of its own, and scripts are switched off."
QUESTION = "Question {number}"
CODE = "Code"
CHOOSE = {
    "one": "Choose one.",
    "several": "Choose all that are right. The right ones share the points; the wrong ones together take them away.",
    "order": "Give each its place.",
    "number": "Your answer, a number (a fraction such as 1/8 will do):",
    "line": "The number of the line:",
    "text": "Your answer, a word or two (capitals do not count; a hyphen counts as a space):",
    "prints": "What is printed (how many spaces there are does not count):",
}
OPTION_RIGHT = "Right."
OPTION_WRONG = "Wrong."
CHECK = "Check"
AGAIN = "Start again, with another draw"
PAGE_WORDS = {
    "right": "Right.",
    "partly": "Partly right.",
    "wrong": "Not right yet.",
    "once": "Not right yet. Try once more; then the answer is shown.",
    "score": "{right} of {all} right.",
    "expects": {
        "one": "Choose an option first.",
        "several": "Choose at least one option first.",
        "order": "Give each its own place first.",
        "number": "This question expects a number.",
        "line": "This question expects the number of a line.",
        "text": "Write an answer first.",
        "prints": "Write what is printed first.",
    },
}
KEY_TITLE = "Answers"
POINTS = "{points} points"
ONE_POINT = "1 point"
ONE_LINE = "(Write all lines on one, with a space between them.)"
ONE_VARIANT = "question {question}: printed with one of its {count} sets of values."
CARRIED_ORDER = "question {question}: an order is carried as {form}."
CARRIED_VARIANTS = "question {question}: {count} variants of it are carried, one of which is to be drawn."
CARRIED_SLIPS = "question {question}: the words on wrong answers that are expected are left out."
CARRIED_PARTIAL = "question {question}: {system} counts several choices by its own rule."
CARRIED_SPELLING = "question {question}: {system} compares texts by the letter, but for capitals."
REFUSED = "question {question}: {system} cannot hold it ({why})."
