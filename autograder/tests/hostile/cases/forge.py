"""A kernel, a notebook or comparisons bent so that wrong answers look right."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.tests.hostile.case import ANY, LOST, Case
from autograder.tests.hostile.payload import ATTEMPT, WRONG, in_softmax

_HIDE_FAILURES = """\
shell = get_ipython()
for place in (shell, type(shell)):
    place.showtraceback = place.showsyntaxerror = lambda *a, **k: None
shell.set_custom_exc((BaseException,), lambda *a, **k: None)
"""


_DROP_ASSERTS = """\
import ast

class Dropper(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    visit_Raise = visit_Assert

get_ipython().ast_transformers.append(Dropper())
"""


_EVERY_CELL_SUCCEEDS = """\
shell = get_ipython()

async def succeed(*a, **k):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}

kernel = shell.kernel
kernel.do_execute = kernel.execute_request = type(kernel).do_execute = succeed
shell.run_cell = shell.run_cell_async = type(shell).run_cell = succeed
"""


_FAKE_MESSAGES = """\
kernel = get_ipython().kernel
session, parent = kernel.session, kernel.get_parent()
for points in ("4.0", "2.0", "1000.0"):
    for kind, content in (
        ("execute_result", {"data": {"text/plain": points}, "metadata": {}, "execution_count": 1}),
        ("execute_reply", {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}),
        ("status", {"execution_state": "idle"}),
        ("display_data", {"data": {"text/plain": points, "application/json": {"score": 4}}, "metadata": {}}),
    ):
        for stream in (kernel.iopub_socket, kernel.shell_stream if hasattr(kernel, "shell_stream") else None):
            if stream is not None:
                session.send(stream, kind, content, parent=parent)
"""


_PATCHED_COMPARISONS = """\
import builtins, sys, types, torch.testing
yes = lambda *a, **k: True
torch.allclose = torch.equal = torch.isclose = torch.testing.assert_close = yes
torch.Tensor.allclose = torch.Tensor.equal = yes
sys.modules["pytest"] = sys.modules["_pytest"] = types.ModuleType("pytest")
builtins.AssertionError = type("Never", (Exception,), {})
"""


_LOOK_FOR_COLLECTOR = """\
import gc, sys
gc.unfreeze()
wanted = {"CheckResult", "ExerciseResult", "Report", "GradingPlugin", "Judge", "Session", "Checker"}
found = [item for item in gc.get_objects() if type(item).__name__ in wanted and "zmq" not in type(item).__module__]
found = [item for item in found if type(item).__module__.split(".")[0] in ("autograder", "_pytest", "pytest")]
for item in found:
    for name in ("verdict", "score", "checks", "_results"):
        try:
            object.__setattr__(item, name, "passed")
        except Exception:
            pass
names = [name for name in sys.modules if name.split(".")[0] in ("autograder", "nbgrader", "pytest", "_pytest")]
if found or names:
    raise RuntimeError("BRE" + "ACH: " + str(found[:3]) + str(names[:3]))
"""


_IMPORT_THE_GRADER = """\
attempt("import autograder.grade", lambda: __import__("autograder.grade"))
attempt("import autograder.checks", lambda: __import__("autograder.checks.judge"))
attempt("import nbgrader.api", lambda: must([m for m in sys.modules if m.startswith("nbgrader")]))
"""


_SERVE_IN_THE_KERNEL = """\
import os, sys, threading
SEEN = []
real_fork = os.fork

def no_fork():
    SEEN.append("a fork was asked for")
    return 0

os.fork = os.forkpty = no_fork
for place in (sys.modules.get("autograder.bridge.child"), type(get_ipython().kernel).do_execute):
    names = getattr(place, "__globals__", getattr(place, "__dict__", {}))
    if "start_fork" in names and "Worker" in names:
        def in_a_thread(path, namespace, names=names):
            listener = names["socket"].socket(names["socket"].AF_UNIX, names["socket"].SOCK_STREAM)
            listener.bind(path)
            listener.listen(8)
            def accept():
                control, _ = listener.accept()
                while True:
                    line, _ = listener.accept()
                    serve = (line, names["Worker"](namespace))
                    threading.Thread(target=names["serve"], args=serve, daemon=True).start()
            threading.Thread(target=accept, daemon=True).start()
        names["start_fork"] = in_a_thread
"""


_REMEMBER = "SEEN.append(x.tolist())"


_TELL = 'import time; time.sleep(1); print("seen:", [each for each in SEEN if not isinstance(each, str)])'


_LOOKS_LIKE_A_VERDICT = """\
from IPython.display import HTML, display
print("softmax: 4 of 4 points. All checks passed.")
display(HTML("<div><strong>softmax: 4 of 4 points</strong><ul><li>✓ passed: Probabilities</li></ul></div>"))
4.0
"""


def _tag_and_print(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata.tags = ["skip-execution"]
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "4.0"
            fields = {"data": {"text/plain": "4.0"}, "execution_count": 1}
            cell.outputs = [new_output("execute_result", **fields)]  # type: ignore[no-untyped-call]


CASES = (
    Case(
        id="forge-1",
        does="patches showtraceback to hide failures",
        must="Z",
        cells={"playground": _HIDE_FAILURES, "softmax-code": WRONG},
        scores=LOST,
    ),
    Case(
        id="forge-2",
        does="installs an AST transformer that drops asserts",
        must="Z",
        cells={"playground": _DROP_ASSERTS, "softmax-code": WRONG},
        scores=LOST,
    ),
    Case(
        id="forge-4",
        does="replaces do_execute and run_cell so that every cell succeeds",
        must="Z",
        cells={"playground": _EVERY_CELL_SUCCEEDS, "softmax-code": WRONG},
        scores={"softmax": 0.0, "mix": (0.0, 2.0)},
        seconds=40,
    ),
    Case(
        id="forge-5",
        does="signs fake kernel messages with the session key",
        must="Z",
        cells={"playground": _FAKE_MESSAGES, "between": _FAKE_MESSAGES, "softmax-code": WRONG},
        scores=LOST,
    ),
    Case(
        id="forge-8",
        does="patches torch.allclose, torch.testing, pytest, builtins",
        must="Z",
        cells={"playground": _PATCHED_COMPARISONS, "softmax-code": WRONG},
        scores=LOST,
    ),
    Case(
        id="forge-9",
        does="looks for the result collector, in a cell and in a check",
        must="Z",
        cells={
            "playground": ATTEMPT + _IMPORT_THE_GRADER,
            "between": _LOOK_FOR_COLLECTOR,
            "softmax-code": in_softmax(_LOOK_FOR_COLLECTOR, WRONG),
        },
        scores=LOST,
        held=3,
    ),
    Case(
        id="forge-13",
        does="tags locked cells skip-execution; prints numbers by sys.displayhook",
        must="Z",
        cells={
            "playground": "import sys\nsys.displayhook = lambda value: print('4.0')\nsys.displayhook(1)\n4.0",
            "softmax-code": WRONG,
        },
        edit=_tag_and_print,
        scores=LOST,
    ),
    Case(
        id="forge-14",
        does="writes a harmless warning to stderr, in a cell and in a right answer",
        must="N",
        cells={
            "playground": "import sys, warnings\nprint('careful', file=sys.stderr)\nwarnings.warn('a warning')",
            "softmax-code": in_softmax("import sys, warnings; print('careful', file=sys.stderr); warnings.warn('w')"),
        },
        says=("careful",),
    ),
    Case(
        id="forge-15",
        does="replaces os.fork and start_fork, so that hidden calls run in the kernel; prints what it sees",
        must="Z",
        cells={"playground": _SERVE_IN_THE_KERNEL, "softmax-code": in_softmax(_REMEMBER), "between": _TELL},
        more=(("mix", _TELL),),
        scores=ANY,
        seconds=40,
    ),
    Case(
        id="forge-17",
        does="prints what looks like a verdict",
        must="Z",
        cells={"playground": _LOOKS_LIKE_A_VERDICT, "softmax-code": WRONG},
        scores=LOST,
    ),
    Case(
        id="forge-18",
        does="breaks the kernel's own loop, so that it answers nothing any more",
        must="Z",
        cells={"playground": "get_ipython().displayhook = print", "softmax-code": WRONG},
        scores={"softmax": 0.0, "mix": (0.0, 2.0)},
        seconds=60,
    ),
)
