"""Too much output, and output that would run in a page."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.tests.hostile.case import LOST, Case
from autograder.tests.hostile.payload import in_mix, in_softmax

_SCRIPTS = """\
from IPython.display import HTML, Javascript, SVG, Markdown, Latex, display
bad = "pwned@MARK@()"
display(HTML(f"<script>{bad}</script><img src=x onerror={bad}><svg onload={bad}><a href='javascript:{bad}'>x</a>"))
display(HTML(f"<iframe srcdoc='<script>{bad}</script>'></iframe><body onload={bad}><details open ontoggle={bad}>"))
display(HTML(f"<style>@import '//192.0.2.1/@MARK@';</style><link rel=stylesheet href=//192.0.2.1/@MARK@.css>"))
display(HTML(f"<meta http-equiv=refresh content='0;url=//192.0.2.1/@MARK@'><base href=//192.0.2.1/@MARK@/>"))
display(HTML(f"<form action=//192.0.2.1/@MARK@><button formaction=javascript:{bad}>marks</button></form>"))
display(HTML(f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={bad}&gt;'>"))
display(HTML(f"</div></pre></textarea></title><noscript><p title='</noscript><img src=x onerror={bad}>'>"))
display(HTML(f"<img src='//192.0.2.1/@MARK@.png'><video poster=//192.0.2.1/@MARK@><object data=javascript:{bad}>"))
display(Javascript(bad), SVG(f"<svg xmlns='http://www.w3.org/2000/svg'><script>{bad}</script></svg>"))
display(Markdown(f"[x](javascript:{bad}) <img src=x onerror={bad}>"), Latex(f"$\\\\href{{javascript:{bad}}}{{x}}$"))
display({f"text/{kind}": f"<script>{bad}</script>" for kind in ("html", "vnd.mermaid", "x", "plain")}, raw=True)
display({"application/vnd.jupyter.widget-view+json": {"model_id": "<script>"}, "application/pdf": "x"}, raw=True)
display({"image/svg+xml": f"<svg><script>{bad}</script></svg>", "image/png": f"'><script>{bad}</script>"}, raw=True)
print(f"</pre><script>{bad}</script>")
raise type("<script>" + bad + "</script>", (Exception,), {})(f"<img src=x onerror={bad}>")
"""
_MARKDOWN = (
    "[marks](javascript:pwned@MARK@()) [m](JaVa&#115;cript:pwned@MARK@()) [d](data:text/html,pwned@MARK@)",
    "<a href='java\tscript:pwned@MARK@()'>x</a> <a href='vbscript:pwned@MARK@'>x</a> [v]( javascript:pwned@MARK@)",
    "![p](javascript:pwned@MARK@()) <img src=x onerror='pwned@MARK@()'> ![p](//192.0.2.1/@MARK@.png)",
    "[ref]\n\n[ref]: javascript:pwned@MARK@() 'x'\n\n<javascript:pwned@MARK@()>",
    "$\\href{javascript:pwned@MARK@()}{x}$ $$\\unicode{<img src=x onerror=pwned@MARK@()>}$$",
)

_WIDGETS = """\
import uuid
kernel = get_ipython().kernel
for number in range(50_000):
    content = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget", "data": {"state": {"value": "x" * 200}}}
    kernel.session.send(kernel.iopub_socket, "comm_open", content, parent=kernel.get_parent())
"""
_TINY_DISPLAYS = """\
from IPython.display import display
for number in range(1_000_000):
    display(number)
"""
_UPDATES = """\
from IPython.display import clear_output, display
handle = display("first", display_id="here")
for number in range(100_000):
    handle.update(str(number) * 100)
    clear_output(wait=number % 2 == 0)
"""
_MALFORMED = """\
kernel = get_ipython().kernel
def send(kind, content, **more):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent(), **more)
send("display_data", {})
send("display_data", {"data": None, "metadata": None})
send("display_data", {"data": {"text/plain": {"a": [None, 1e308 * 10]}, 3: 4}, "metadata": {"x": [[]]}})
send("execute_result", {"data": {"text/plain": ["4.0", 7]}, "metadata": {}, "execution_count": "many"})
send("stream", {"name": "nowhere", "text": 5})
send("stream", {"name": "stdout", "text": "\\udcff half"})
send("error", {"ename": None, "evalue": 1, "traceback": "no list"})
send("status", {"execution_state": "restarting"})
send("x" * 10_000, {"deep": eval("[" * 80 + "]" * 80)})
send("input_request", {"prompt": "marks?", "password": True})
send("stream", {"name": "stdout", "text": "ok"}, ident=b"other", buffers=[b"x" * 2**20] * 20)
kernel.iopub_socket.send_multipart([b"no", b"message", b"at", b"all"])
kernel.iopub_socket.send_multipart([b"<IDS|MSG>"] * 9)
"""
_LONG_TRACEBACK = """\
class Name(type):
    pass

def chain(depth):
    error = ValueError("y" * 1_000_000)
    for _ in range(depth):
        try:
            raise RuntimeError("z" * 10_000) from error
        except RuntimeError as next_one:
            error = next_one
    return error

raise type("N" * 1_000_000, (ExceptionGroup,), {})("x" * 1_000_000, [chain(200), ExceptionGroup("g", [chain(200)] * 5)])
"""

#: Zero pages that are mapped for reading cost the sender nothing; the reader would pay for each of them.
_HUGE_MESSAGES = """\
import mmap
kernel = get_ipython().kernel
free = mmap.mmap(-1, SIZE, prot=mmap.PROT_READ)
for _ in range(COUNT):
    kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x"}, parent=kernel.get_parent(),
                        buffers=[memoryview(free)])
import time
time.sleep(60)
"""
_LARGE_TEXTS = """\
kernel = get_ipython().kernel
text = "x" * (20 * 2**20)
for number in range(200):
    content = {"data": {"text/plain": text, "application/json": [[]] * 100_000}, "metadata": {}}
    kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent())
"""
_LARGE_REPLIES = """\
kernel = get_ipython().kernel
content = {"status": "ok", "payload": [{"source": "page", "data": "x" * (50 * 2**20)}], "user_expressions": {}}
ident, parent = kernel._parent_ident["shell"], kernel.get_parent()
for number in range(60):
    kernel.session.send(kernel.shell_stream, "execute_reply", content, parent=parent, ident=ident)
"""


def _links(notebook: NotebookNode) -> None:
    for number, text in enumerate(_MARKDOWN):
        cell: NotebookNode = new_markdown_cell(text, id=f"link-{number}")  # type: ignore[no-untyped-call]
        notebook.cells.insert(1, cell)
    raw = {"format": "text/html"}
    cell = nbformat.v4.new_raw_cell("<script>pwned@MARK@()</script>", id="raw", metadata=raw)  # type: ignore[no-untyped-call]
    notebook.cells.append(cell)


CASES = (
    Case(
        id="out-1",
        does="prints for ever, in a cell and in a checked function",
        must="Z",
        cells={
            "playground": "while True:\n    print('for ever')",
            "softmax-code": in_softmax("while True:\n    print('for ever')"),
        },
        scores=LOST,
        says=("stopped after 4 s", "cut off after"),
        seconds=30,
    ),
    Case(
        id="out-2",
        does="one output of 500 MB, in a cell and in a checked function",
        must="Z",
        cells={
            "playground": "print('x' * (500 * 2**20))",
            "softmax-code": in_softmax("print('x' * (500 * 2**20))"),
        },
        scores={"softmax": (0.0, 4.0), "mix": 2.0},
        says=("Cell `playground`",),
        limits={"memory_bytes": 6 * 2**30},  # so that it can be put together at all
        seconds=30,
    ),
    Case(
        id="out-3",
        does="sends outputs that are none: wrong types, half characters, no messages",
        must="N",
        cells={"playground": _MALFORMED, "between": _MALFORMED},
        seconds=25,
    ),
    Case(
        id="out-4",
        does="script and event handlers in HTML, SVG, LaTeX, tracebacks",
        must="N",
        cells={
            "playground": _SCRIPTS,
            "mix-code": in_mix(
                "raise type('<script>pwned@MARK@()</script>', (Exception,), {})('<img src=x onerror=pwned@MARK@()>')"
            ),
        },
        scores={"softmax": 4.0, "mix": 0.0},
    ),
    Case(
        id="out-5",
        does="javascript: links in text cells, script in a raw cell",
        must="N",
        edit=_links,
    ),
    Case(
        id="out-6",
        does="terminal codes and characters that turn the writing, in exceptions and outputs",
        must="N",
        cells={
            "playground": "print('\\x1b]0;title\\x07\\x1b[2J\\x1b[31mred\\u202eelttil\\u2066')",
            "mix-code": in_mix(
                "raise RuntimeError('\\x1b[2J\\x1b]8;;http://192.0.2.1\\x07\\u202edlrow\\u2066\\x00\\x08')"
            ),
        },
        scores={"softmax": 4.0, "mix": 0.0},
        never=("\x1b]0;", "\x1b[2J", "\x1b]8;", "\x00", "\x08", "\u202e", "\u2066"),
    ),
    Case(
        id="out-7",
        does="a flood of comm messages, as widgets send them",
        must="N",
        cells={"playground": _WIDGETS},
        seconds=20,
    ),
    Case(
        id="out-8",
        does="a million tiny displays",
        must="Z",
        cells={"playground": _TINY_DISPLAYS},
        seconds=20,
    ),
    Case(
        id="out-9",
        does="updates and clears one display a hundred thousand times",
        must="Z",
        cells={"playground": _UPDATES},
        seconds=20,
    ),
    Case(
        id="out-10",
        does="an exception of megabytes: name, text, causes, groups",
        must="Z",
        cells={"playground": _LONG_TRACEBACK, "mix-code": in_mix(_LONG_TRACEBACK)},
        scores={"softmax": 4.0, "mix": 0.0},
        seconds=25,
    ),
    *(
        Case(
            id=name,
            does=f"sends the grader {words}",
            must="Z",
            cells={"playground": source},
            scores={"softmax": (0.0, 4.0), "mix": (0.0, 2.0)},
            seconds=25,
            needs_lock=True,
        )
        for name, words, source in (
            ("out-11", "one message of 4 GB", _HUGE_MESSAGES.replace("SIZE", "2**32").replace("COUNT", "1")),
            ("out-11b", "a hundred messages of 64 MB", _HUGE_MESSAGES.replace("SIZE", "2**26").replace("COUNT", "100")),
            ("out-12", "two hundred displays of 20 MB", _LARGE_TEXTS),
            ("out-12b", "replies of 50 MB", _LARGE_REPLIES),
        )
    ),
    Case(
        id="out-13",
        does="sixty cells that each print just less than a cell may",
        must="Z",
        more=tuple(("softmax", "print('x' * 1_900_000)") for _ in range(60)),
        says=("all cells together",),
        seconds=25,
    ),
)
