"""The worker on namespaces of all kinds: whatever student code does, there is an answer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils._pytree import tree_iter

from autograder.bridge import messages
from autograder.bridge.messages import (
    Call,
    Calls,
    Define,
    DeviceSafe,
    Gradients,
    HandleValue,
    Load,
    Mode,
    Raised,
    Reply,
    Returned,
    Script,
    State,
)
from autograder.bridge.values import pack, pack_tensor, unpack
from autograder.bridge.worker import Worker
from autograder.checks.local import namespace_of

LAYERS = """\
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, d=4):
        super().__init__()
        self.W = nn.Linear(d, 3)
        self.register_buffer("scale", torch.tensor(2.0))

    def forward(self, x, add=None):
        return self.scale * self.W(x), x
"""


def worker(source: str) -> Worker:
    return Worker(namespace_of(source))


def value_of(reply: Reply) -> Any:
    assert isinstance(reply, Returned), reply
    return unpack(reply.value, lambda handle: handle)


def error_of(reply: Reply) -> Raised:
    assert isinstance(reply, Raised), reply
    messages.encode(reply)  # whatever it says, it can be sent
    return reply


def call(name: str, *args: Any, **options: Any) -> Call:
    return Call(name, [pack(arg) for arg in args], {}, **options)


def make(source: str, name: str) -> tuple[Worker, HandleValue]:
    made = worker(source)
    return made, value_of(made.answer(call(name, keep=True)))


def test_a_call_returns_what_the_function_returns() -> None:
    made = worker("def add(a, b=0, *, c=0):\n    return a + b, [c], {'a': None}")
    reply = made.answer(Call("add", [1, 2], {"c": 3}))
    assert value_of(reply) == (3, [3], {"a": None})


def test_keep_leaves_any_object_behind_a_handle() -> None:
    made, handle = make("class Box:\n    def get(self, x=1): return x", "Box")
    assert handle.kind == "Box"
    assert value_of(made.answer(Call(handle, [5], {}, method="get"))) == 5
    assert isinstance(value_of(made.answer(call("Box"))), HandleValue)


def test_a_handle_can_be_an_argument() -> None:
    made, handle = make("class Box: n = 4\ndef look(box): return box.n", "Box")
    assert value_of(made.answer(Call("look", [handle], {}))) == 4


def test_an_unknown_handle_is_no_crash() -> None:
    assert error_of(worker("").answer(Call(HandleValue(7), [], {}))).kind == "KeyError"


def test_inputs_come_back_as_the_call_left_them() -> None:
    made = worker("def spoil(x, y):\n    x.zero_()\n    y.append(1)")
    x, y = value_of(made.answer(call("spoil", torch.ones(2), [0], inputs=True)))
    assert torch.equal(x, torch.zeros(2))
    assert y == [0, 1]


def test_a_missing_name_says_so_without_a_line() -> None:
    raised = error_of(worker("x = 1").answer(call("softmax")))
    assert (raised.kind, raised.message, raised.line) == ("NameError", "name 'softmax' is not defined", 0)


def test_an_exception_names_the_students_own_line() -> None:
    source = "import torch\ndef inner(x):\n    return torch.zeros(2) @ x\ndef f(x):\n    return inner(x)"
    raised = error_of(worker(source).answer(call("f", torch.ones(3))))
    assert (raised.kind, raised.function, raised.line) == ("RuntimeError", "inner", 3)
    assert raised.text == "return torch.zeros(2) @ x"


EXCEPTIONS = {
    "str raises": "class E(Exception):\n    def __str__(self): raise ValueError",
    "str exits": "class E(Exception):\n    def __str__(self): raise SystemExit",
    "str is no text": "class E(Exception):\n    def __str__(self): return 7",
    "str is a trick": "class T(str):\n    def __getitem__(self, i): raise KeyError\n"
    "class E(Exception):\n    def __str__(self): return T('x')",
    "str is huge": "class E(Exception):\n    def __str__(self): return 'x' * 10**7",
    "str is no UTF-8": "class E(Exception):\n    def __str__(self): return '\\ud800'",
    "the name is huge": "E = type('E' * 10**6, (Exception,), {})",
    "the name is a trick": "class M(type):\n    @property\n    def __name__(cls): return object()\n"
    "class E(Exception, metaclass=M): pass",
    "the traceback is a trick": "class E(Exception):\n    @property\n    def __traceback__(self): raise KeyError",
    "it exits": "E = SystemExit",
    "it interrupts": "E = KeyboardInterrupt",
    "it is a generator's": "E = GeneratorExit",
}


@pytest.mark.parametrize("source", EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_an_exception_of_any_kind_is_an_answer_of_bounded_size(source: str) -> None:
    raised = error_of(worker(f"{source}\ndef f(): raise E").answer(call("f")))
    assert len(raised.message) <= messages.MAX_TEXT
    assert len(raised.kind) <= 100


def test_the_deepest_recursion_is_an_answer() -> None:
    assert error_of(worker("def f(): return f()").answer(call("f"))).kind == "RecursionError"


def test_gradients_of_inputs() -> None:
    made = worker("def f(x, y, z): return x * y, (x * 3).sum()")
    x, y = torch.randn(3), torch.randn(3)
    arguments = [pack(x), pack(y), 2]
    first = made.answer(Gradients("f", arguments, {}, [0, 1], pack_tensor(torch.full((3,), 2.0)), 0))
    dx, dy = value_of(first)
    torch.testing.assert_close(dx, 2 * y)
    torch.testing.assert_close(dy, 2 * x)
    dx, dy = value_of(made.answer(Gradients("f", arguments, {}, [0, 1], None, 1)))
    assert torch.equal(dx, torch.full((3,), 3.0))
    assert dy is None


def test_gradients_that_never_arrive_are_the_students_error() -> None:
    made = worker("def f(x): return x.detach() * 2")
    assert error_of(made.answer(Gradients("f", [pack(torch.ones(2))], {}, [0]))).kind == "RuntimeError"


def test_gradients_of_parameters() -> None:
    made, handle = make(LAYERS, "Layer")
    found = value_of(made.answer(Gradients(handle, [pack(torch.ones(2, 4))], {}, [], None, 0, parameters=True)))
    assert torch.equal(found["W.bias"], torch.full((3,), 4.0))
    assert set(found) == {"W.weight", "W.bias"}


def test_weights_load_by_name() -> None:
    made, handle = make(LAYERS, "Layer")
    weights = {"W.weight": torch.randn(3, 4), "W.bias": torch.randn(3)}
    found = value_of(made.answer(Load(handle, {name: pack(tensor) for name, tensor in weights.items()})))
    assert found == {"missing": [], "unexpected": ["scale"], "misshapen": []}
    state = value_of(made.answer(State(handle)))
    assert torch.equal(state["W.weight"], weights["W.weight"])
    assert state["scale"] == 2


def test_missing_and_misshapen_weights_are_listed_and_nothing_is_loaded() -> None:
    made, handle = make(LAYERS, "Layer")
    before = value_of(made.answer(State(handle)))
    weights = {"W.weight": torch.randn(4, 3), "W.bias": torch.randn(3), "V.bias": torch.randn(3)}
    found = value_of(made.answer(Load(handle, {name: pack(tensor) for name, tensor in weights.items()})))
    assert found == {"missing": ["V.bias"], "unexpected": ["scale"], "misshapen": ["W.weight"]}
    assert torch.equal(value_of(made.answer(State(handle)))["W.bias"], before["W.bias"])


def test_weights_for_what_is_no_module_are_the_students_error() -> None:
    made, handle = make("class Layer: pass", "Layer")
    assert error_of(made.answer(Load(handle, {}))).kind == "AttributeError"


def test_mode_and_dtype() -> None:
    made, handle = make(LAYERS, "Layer")
    made.answer(Mode(handle, training=False, dtype="float64"))
    module = made.objects[handle.id]
    assert not module.training
    assert module.W.weight.dtype == torch.float64
    made.answer(Mode(handle, training=True))
    assert module.training


def test_a_scripted_function_answers_in_turn_and_remembers() -> None:
    made = worker("def f(x): return g(x, k=1) + g(x + 1) + g(x + 2)")
    made.answer(Script("g", [10, 20]))
    assert value_of(made.answer(call("f", 1))) == 50
    assert value_of(made.answer(Calls("g"))) == [((1,), {"k": 1}), ((2,), {}), ((3,), {})]


def test_a_definition_replaces_what_the_student_wrote() -> None:
    made = worker("def g(): return 1\ndef f(): return g()")
    made.answer(Define("def g():\n    return 2"))
    assert value_of(made.answer(call("f"))) == 2


DEVICE = """\
import torch
from torch import nn
ONES, ZERO, SCALE = torch.ones(4), torch.tensor(0.0), torch.tensor(2.0)

def right(x): return torch.softmax(x, -1) @ x.transpose(-2, -1)
def new_on_device(x): return x + torch.arange(x.shape[-1], device=x.device)
def like(x): return x + torch.ones_like(x) + x.new_zeros(4)
def global_scalar(x): return x * SCALE + ZERO
def with_item(x): return x * x.sum().item()
def with_if(x): return x if x.any() else -x
def with_index(x): return x[x > 0]
def raises(x): raise ValueError("no")
def new_on_cpu(x): return x + torch.arange(x.shape[-1])
def global_tensor(x): return x + ONES
def mask_on_cpu(x): return x.masked_fill(torch.ones(4, dtype=torch.bool), 0.0)
def not_told(x):
    try:
        return x + torch.arange(4)
    except Exception:
        return x + torch.arange(4)
def nothing(x): return None
def left_behind(x): return x.sum(), torch.ones(2)

class Registered(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Linear(4, 4)
        self.register_buffer("b", torch.ones(4))
    def forward(self, x): return self.W(x) + self.b

class Unregistered(Registered):
    def __init__(self):
        super().__init__()
        self.c = torch.ones(4)
    def forward(self, x): return super().forward(x) + self.c
"""


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *[(name, "safe") for name in ("right", "new_on_device", "like", "global_scalar", "Registered", "nothing")],
        *[(name, "unknown") for name in ("with_item", "with_if", "with_index", "raises", "nowhere")],
        *[(name, "mismatch") for name in ("new_on_cpu", "global_tensor", "mask_on_cpu", "Unregistered")],
        *[(name, "mismatch") for name in ("not_told", "left_behind")],
    ],
)
def test_device_safety(name: str, answer: str) -> None:
    made = worker(DEVICE)
    target = (
        value_of(made.answer(call(name, keep=True))) if name.endswith("registered") or name == "Registered" else name
    )
    x = torch.randn(2, 4)
    assert value_of(made.answer(DeviceSafe(target, [pack(x)], {}))) == answer
    if answer != "unknown":  # the probe leaves the module as it was
        found = value_of(made.answer(Call(target, [pack(x)], {})))
        assert all(each.device.type == "cpu" for each in tree_iter(found) if isinstance(each, torch.Tensor))


def test_what_is_plain_is_told_without_fake_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than everything else that a device check does."""
    monkeypatch.setattr("torch._subclasses.fake_tensor.FakeTensorMode.__init__", lambda *_, **__: 1 / 0)
    made = worker(DEVICE)
    for name in ("right", "new_on_device", "like"):
        assert value_of(made.answer(DeviceSafe(name, [pack(torch.randn(2, 4))], {}))) == "safe"
    assert value_of(made.answer(DeviceSafe("new_on_cpu", [pack(torch.randn(2, 4))], {}))) == "unknown"


def test_a_request_of_no_kind_is_an_answer() -> None:
    class Odd:
        pass

    assert error_of(worker("").answer(Odd())).kind == "AttributeError"  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float16, torch.bfloat16])
def test_device_safety_with_tensors_of_every_kind(dtype: torch.dtype) -> None:
    made = Worker({"both": lambda x, other: x + other.to(x.dtype)})
    request = DeviceSafe("both", [pack(torch.ones(2, 3)), pack(torch.ones(2, 3, dtype=dtype))], {})
    assert value_of(made.answer(request)) == "safe"
