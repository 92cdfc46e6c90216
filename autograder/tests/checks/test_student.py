"""What a check may ask of student code, and the sentence for each way in which it goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.bridge.messages import DictValue, HandleValue, ListValue, Raised, Reply, Request, Returned
from autograder.checks import CheckFailed, Remote, Student, StudentRaised
from autograder.checks.compare import describe
from autograder.checks.local import local_student, namespace_of
from autograder.errors import CallCrashed, CallTimeout

STUB = 'def f(x):\n    raise NotImplementedError("This one is still yours to write.")\n'
MODULE = """\
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.W = nn.Linear(d, d, bias=False)
        self.drop = nn.Dropout(0.9)

    def forward(self, x, twice=False):
        return self.drop(self.W(x)) * (2 if twice else 1), x
"""


def student(source: str) -> Student:
    return local_student(namespace_of(source))


def sentence(ask: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        ask()
    error = caught.value
    return error.template.format(called="…", came_back=error.came_back, expected=error.expected)


def test_an_answer_is_remembered_with_its_question() -> None:
    asked = student("def f(x, k=0): return x, k\ndef g(x): return x")
    x = torch.ones(2, 3)
    first = asked.call("f", x, k=2)
    second = asked.call("g", x)
    assert asked.last_called == "g(float32 (2, 3))"
    assert asked.origin(first[0]) == "f(float32 (2, 3), k=2)"
    assert asked.origin(second) == "g(float32 (2, 3))"
    assert asked.origin(object()) == asked.last_called
    assert [exchange.called for exchange in asked.transcript] == ["f(float32 (2, 3), k=2)", "g(float32 (2, 3))"]


def test_an_undefined_name() -> None:
    message = sentence(lambda: student("").call("f", 1))
    assert message.startswith("There is no `f` in your notebook when this cell is reached")


def test_a_name_that_is_undefined_further_in() -> None:
    message = sentence(lambda: student("def f(x):\n    return helper(x)").call("f", 1))
    assert message == (
        "`f(1)` stopped with NameError: name 'helper' is not defined (in `f`, line 2: `return helper(x)`)"
    )


def test_a_stub() -> None:
    assert sentence(lambda: student(STUB).call("f", 1)) == ("`f` is still the stub: it says that it is yours to write.")


def test_a_stub_that_another_function_calls_is_the_one_named() -> None:
    chained = student(STUB + "def g(x):\n    return f(x)")
    assert sentence(lambda: chained.call("g", 1)).startswith("`f` is still the stub")


@pytest.mark.parametrize(
    "source", ["def f(x):\n    return torch.softmax(x, -1)", "f = lambda x: torch.softmax(x, -1)", "f = torch.sigmoid_"]
)
def test_an_operation_that_torch_has_not_implemented_is_no_stub(source: str) -> None:
    message = sentence(lambda: student("import torch\n" + source).call("f", torch.arange(3)))
    assert "stub" not in message
    assert "stopped with" in message


def test_an_exception() -> None:
    message = sentence(lambda: student("def f(x):\n    y = 1 / 0\n    return y").call("f", torch.ones(2)))
    assert message == "`f(float32 (2,))` stopped with ZeroDivisionError: division by zero (in `f`, line 2: `y = 1 / 0`)"


def test_a_wrong_number_of_arguments_has_no_line() -> None:
    message = sentence(lambda: student("def f(): return 1").call("f", 1))
    assert message == "`f(1)` stopped with TypeError: f() takes 0 positional arguments but 1 was given"


def test_exiting_is_an_exception_like_any_other() -> None:
    assert "stopped with SystemExit" in sentence(lambda: student("def f(): raise SystemExit(0)").call("f"))


def test_braces_in_a_students_text_are_only_text() -> None:
    message = sentence(lambda: student("def f(): raise ValueError('{called} {0} {x.__class__}')").call("f"))
    assert "{called} {0} {x.__class__}" in message


def test_what_was_raised_is_known_to_the_check() -> None:
    with pytest.raises(StudentRaised) as caught:
        student("def f(): raise ValueError('no')").call("f")
    assert caught.value.kind == "ValueError"


def test_an_object_is_created_asked_and_described() -> None:
    asked = student(MODULE)
    layer = asked.create("Layer", 3)
    layer.eval()
    weight = torch.randn(3, 3)
    layer.load({"W.weight": weight})
    x = torch.randn(2, 3)
    output, same_x = layer(x, twice=True)
    torch.testing.assert_close(output, 2 * x @ weight.T)
    assert torch.equal(same_x, x)
    assert asked.last_called == "Layer.forward(float32 (2, 3), twice=True)"
    assert torch.equal(layer.state()["W.weight"], weight)
    layer.train()
    assert (layer(torch.ones(50, 3))[0] == 0).any()
    layer.to(torch.float64)
    assert layer(x.double())[0].dtype == torch.float64


def test_gradients() -> None:
    asked = student(MODULE + "def f(x, y): return x * y, y")
    x, y = torch.randn(3), torch.randn(3)
    (dx,) = asked.gradients("f", x, y, output=0)
    torch.testing.assert_close(dx, y)
    dx, dy = asked.gradients("f", x, y, wrt=(0, 1), upstream=2 * torch.ones(3), output=0)
    torch.testing.assert_close(dy, 2 * x)
    assert asked.gradients("f", x, y, wrt=[0, 1], output=1)[0] is None
    layer = asked.create("Layer", 3)
    layer.eval()
    assert set(asked.parameter_gradients(layer, x, output=0)) == {"W.weight"}
    assert asked.last_called == "gradient of Layer.forward(float32 (3,))"


def test_missing_and_misshapen_weights() -> None:
    layer = student(MODULE).create("Layer", 3)
    assert "no parameters named W_q, W_k" in sentence(lambda: layer.load({n: torch.ones(1) for n in ("W_q", "W_k")}))
    assert "parameters W.weight of your module have another shape" in sentence(
        lambda: layer.load({"W.weight": torch.ones(2, 2)})
    )


def test_inputs_scripts_and_definitions() -> None:
    asked = student("def spoil(x): x += 1\ndef f(x): return g(x, 2)")
    assert torch.equal(asked.inputs_after("spoil", torch.zeros(2))[0], torch.ones(2))
    asked.script("g", [torch.ones(1)])
    assert torch.equal(asked.call("f", 5), torch.ones(1))
    assert asked.calls("g") == [((5, 2), {})]
    asked.define("def g(a, b): return a * b")
    assert asked.call("f", 5) == 10


def test_device_safety() -> None:
    asked = student(
        "import torch\ndef right(x): return x + 1\ndef wrong(x): return x + torch.ones(2)\ndef odd(x): return x[x > 0]"
    )
    asked.device_safe("right", torch.ones(2))
    assert "makes a tensor on the CPU" in sentence(lambda: asked.device_safe("wrong", torch.ones(2)))
    with pytest.raises(pytest.skip.Exception, match="does not count"):
        asked.device_safe("odd", torch.ones(2))


class Peer:
    """Student code that answers the same to everything."""

    def __init__(self, answer: Reply | Exception) -> None:
        self.answer, self.asked = answer, 0

    def ask(self, request: Request) -> Reply:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize("error", [CallTimeout(3), CallCrashed("gone")])
def test_a_line_that_broke_once_is_not_used_again(error: Exception) -> None:
    peer = Peer(error)
    asked = Student(peer)
    for _ in range(2):
        with pytest.raises(type(error)):
            asked.call("f")
    assert peer.asked == 1


@pytest.mark.parametrize("answer", [Returned(None), Returned(7), Returned("safe"), Returned(ListValue([]))])
def test_answers_of_the_wrong_kind_never_pass_for_right_ones(answer: Reply) -> None:
    asked = Student(Peer(answer))
    with pytest.raises(CallCrashed):
        asked.create("Layer")
    with pytest.raises(CallCrashed):
        asked.parameter_gradients(Remote(asked, HandleValue(0), "Layer()"))
    with pytest.raises(TypeError):
        Remote(asked, HandleValue(0), "Layer()").load({})
    if not isinstance(answer.value, ListValue):  # type: ignore[union-attr]
        with pytest.raises(CallCrashed):
            asked.gradients("f")
        with pytest.raises(CallCrashed):
            asked.inputs_after("f")


def test_a_raised_reply_with_hostile_fields_is_one_failure() -> None:
    hostile = Raised("K" * 10**6, "m" * 10**6, "f" * 10**6, 2**60, "t" * 10**6)
    assert "stopped with" in sentence(lambda: Student(Peer(hostile)).call("f"))


def test_closing_leaves_the_line_to_the_next_check() -> None:
    closed = []
    peer = Peer(Returned(1))
    peer.close = lambda: closed.append(1)  # type: ignore[method-assign]
    Student(peer).close()
    assert not closed


HOSTILE = Raised("K`\x1b[2J" * 1000, "`m`\n\u202e" * 1000, "f`\u200b" * 1000, 2**60, "t`\0" * 1000)


def test_a_hostile_exception_is_one_readable_sentence() -> None:
    message = sentence(lambda: Student(Peer(HOSTILE)).call("f", torch.ones(2)))
    assert len(message) < 1000
    assert message.isprintable()
    assert message.count("`") == 6  # those around the call, the function and the line
    assert message.startswith("`f(float32 (2,))` stopped with K'")


@pytest.mark.parametrize("kind", ["NotImplementedError", "NameError"])
def test_a_hostile_name_in_a_sentence_of_ours_is_quoted(kind: str) -> None:
    raised = Raised(kind, "", "`\x1b" * 50, 1, "NotImplementedError")
    message = sentence(lambda: Student(Peer(raised)).call("f"))
    assert message.isprintable()


def test_hostile_names_of_parameters_and_types_are_quoted() -> None:
    names = ListValue(["`\x1b[2J" * 100] * 50)
    remote = Remote(Student(Peer(Returned(DictValue({"missing": names})))), HandleValue(0), "Layer()")
    message = sentence(lambda: remote.load({}))
    assert message.isprintable()
    assert len(message) < 500
    assert describe(Remote(Student(Peer(Returned(1))), HandleValue(0, "K`\x1b" * 30), "")).isprintable()
    assert "`" not in describe("`x`\n")


def test_a_closed_student_holds_on_to_nothing() -> None:
    asked = student("def f(): return [1] * 1000")
    asked.call("f")
    asked.close()
    assert asked.transcript == []
