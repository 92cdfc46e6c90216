"""The bridge spoken wrongly: student code writes on the line to the judge in place of the worker."""

from __future__ import annotations

from autograder.tests.hostile.case import LOST, NOTHING, Case
from autograder.tests.hostile.payload import LINE, in_mix, in_softmax


def _saying(source: str) -> str:
    return in_softmax(LINE + source + "\nos._exit(0)")


_MANY_ENTRIES = """
entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
say(reply(tensor({f"t{number}": entry for number in range(100_000)}, b"xxxx")))
"""
_LYING_LENGTH = "say(messages.HEAD.pack(1000, nonce) + b'short')"
_HUGE_LENGTH = "say(messages.HEAD.pack(2**32 - 1, nonce) + b'x' * 2**20)"
_OTHER_NONCE = "say(messages.HEAD.pack(1, b'x' * 16) + b'\\xc0'); time.sleep(0.1); say(reply(1.0))"
_OLD_NONCE = "say(reply(1.0) + reply(1.0)); time.sleep(0.1); say(reply(2.0))"
_OTHER_WORDS = """
encode = msgspec.msgpack.encode
for body in (
    b"", b"\\xc1", b"\\xdb\\xff\\xff\\xff\\xff", b"\\x91" * 5000, encode({"type": "call", "target": "f"}),
    encode({"type": "returned", "value": 2**64 - 1}), encode([1] * 100), b"\\xdd\\xff\\xff\\xff\\xff",
    b"\\x82\\xa4type\\xa8returned\\xa4type\\xa6raised", b"\\xc7\\xff\\x7f" + b"x" * 255,
):
    say(frame(body))
    time.sleep(0.05)
"""
_TRICKLE = """
say(messages.HEAD.pack(1000, nonce))
while True:
    say(b"x")
    time.sleep(1)
"""
_STOP_READING = """
import signal
os.kill(os.getpid(), signal.SIGSTOP)
"""
_HUGE_TEXT = """\
class Huge(Exception):
    def __str__(self):
        return "x" * 2**30
raise Huge()
"""
_HOSTILE_TEXT = """\
class Text(str):
    def __getitem__(self, key):
        return self
    def encode(self, *a):
        return b"x" * 2**26

class Meta(type):
    @property
    def __name__(cls):
        return Text("\\x1b[2J<script>pwned@MARK@()</script>")

class Odd(Exception, metaclass=Meta):
    def __str__(self):
        return Text("\\x1b[31m<img src=x onerror=pwned@MARK@()>\\ud800 `code` {called} %s \\u202e")

raise Odd()
"""
_ODD_ERRORS = """\
class Silent(BaseException):
    def __str__(self):
        raise self
    __repr__ = __str__
    @property
    def __traceback__(self):
        while True:
            pass
raise Silent()
"""
_DEEP = """\
value = {"x" * 10_000_000: 1, **{"k" * 1000 + str(n): n for n in range(1000)}}
for _ in range(10_000):
    value = [value]
return value
"""
_WIDE = "return {'x' * 50_000_000: [0] * 3_000_000}, [list(range(50_000))] * 500"
_HUGE_SHAPE = """
for shape in ([2**40], [2**62, 2**62], [-1], [0, 2**63 - 1], [1] * 100_000, ["a"], [1.5]):
    say(reply(tensor({"t": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}, b"xxxx")))
    break
"""
_ODD_SHAPES = """\
if x.dim() > 2:
    return torch.zeros(1).expand(2**40)
return torch.softmax(x, dim).to("meta") if x.abs().max() > 10 else torch.softmax(x, dim).to_sparse()
"""
_MORE_ODD_SHAPES = """\
weights = torch.softmax(scores, -1)
class Shy(torch.Tensor):
    def detach(self):
        raise RuntimeError("no")
    def stride(self, *a):
        return (0,) * 10_000
return (weights @ values).as_subclass(Shy), torch.quantize_per_tensor(weights, 0.1, 0, torch.quint8)
"""
_ODD_ORDER = """
data = {"t": {"dtype": "F32", "shape": [2, 3, 5], "data_offsets": [0, 120]}}
value = tensor(data, b"\\0" * 120)
value["order"] = [0, 0, 2**40]
say(reply(value))
"""
_HANDLES = """
say(reply({"type": "handle", "id": -(2**62), "kind": "\\x1b[2J<script>pwned@MARK@()</script>" * 1000}))
"""
_MANY_REPLIES = """
big = reply({"type": "list", "items": [0] * 60_000})
for _ in range(2000):
    say(big)
"""
_JUST_BELOW = "return [b'x'.decode() * (60 * 2**20)]"


def _function(source: str) -> str:
    body = "\n".join("    " + line for line in source.splitlines())
    return f"def softmax(x, dim=-1):\n{body}"


def _mix(source: str) -> str:
    body = "\n".join("    " + line for line in source.splitlines())
    return f"def mix(scores, values):\n{body}"


def _broken(name: str, does: str, source: str, seconds: float = 15.0) -> Case:
    return Case(id=name, does=does, must="Z", cells={"softmax-code": source}, scores=LOST, seconds=seconds)


CASES = (
    _broken("rpc-1", "a safetensors header of 100,000 entries", _saying(_MANY_ENTRIES)),
    _broken("rpc-2", "a length that lies, a truncated message", _saying(_LYING_LENGTH)),
    _broken("rpc-2b", "a length of 4 GB", _saying(_HUGE_LENGTH)),
    _broken("rpc-2c", "a reply with another nonce, and then one with the right", _saying(_OTHER_NONCE)),
    _broken("rpc-2d", "three replies to one request", _saying(_OLD_NONCE)),
    _broken("rpc-3", "messages of other kinds, broken msgpack", _saying(_OTHER_WORDS)),
    _broken("rpc-4", "one byte per second", _saying(_TRICKLE), seconds=25),
    _broken("rpc-5", "stops reading, and being", _saying(_STOP_READING), seconds=25),
    Case(
        id="rpc-6",
        does="an exception whose text is a gigabyte, or is hostile",
        must="Z",
        cells={"softmax-code": in_softmax(_HUGE_TEXT), "mix-code": in_mix(_HOSTILE_TEXT)},
        scores=NOTHING,
        never=("\x1b[2J", "\x1b[31m", "\u202e"),
        seconds=25,
    ),
    _broken("rpc-6b", "an exception that cannot be looked at", in_softmax(_ODD_ERRORS), seconds=25),
    _broken("rpc-7", "a value nested 10,000 deep, with huge keys", _function(_DEEP)),
    _broken("rpc-7b", "millions of values, keys of 50 MB", _function(_WIDE), seconds=25),
    _broken("rpc-8", "a tensor whose header claims 2^40 values", _saying(_HUGE_SHAPE)),
    Case(
        id="rpc-8b",
        does="strided, meta, sparse, quantised tensors, subclasses that refuse",
        must="Z",
        cells={"softmax-code": _function(_ODD_SHAPES), "mix-code": _mix(_MORE_ODD_SHAPES)},
        scores=NOTHING,
        seconds=20,
    ),
    _broken("rpc-8c", "a tensor with an impossible order of axes", _saying(_ODD_ORDER)),
    _broken("rpc-9", "handles that are none of the judge's", _saying(_HANDLES)),
    _broken("rpc-10", "a flood of replies that nobody asked for", _saying(_MANY_REPLIES), seconds=25),
    _broken("rpc-11", "a reply just below the largest that is read, each time", _function(_JUST_BELOW), seconds=25),
)
