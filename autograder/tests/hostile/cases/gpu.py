"""Code that takes or breaks the GPU. Until checks can be graded on one, these are pending everywhere."""

from __future__ import annotations

from autograder.tests.hostile.case import LOST, Case
from autograder.tests.hostile.payload import in_softmax

_TAKE_ALL = """\
import ctypes, torch
held = []
try:
    while True:
        held.append(torch.empty(2**28, dtype=torch.uint8, device="cuda"))
except torch.OutOfMemoryError:
    pass
runtime = ctypes.CDLL("libcudart.so")
pointer = ctypes.c_void_p()
while runtime.cudaMalloc(ctypes.byref(pointer), ctypes.c_size_t(2**24)) == 0:
    pass
"""
_ILLEGAL = """\
import torch
index = torch.tensor([2**40], device="cuda")
torch.zeros(1, device="cuda")[index].cpu()
"""
_ENDLESS = """\
import torch
code = 'extern "C" __global__ void spin(volatile int* stop) { while (!*stop) {} }'
spin = torch.cuda._compile_kernel(code, "spin")
spin(grid=(1, 1, 1), block=(1, 1, 1), args=[torch.zeros(1, dtype=torch.int32, device="cuda")])
torch.cuda.synchronize()
"""

CASES = (
    *(
        Case(
            id=name,
            does=words,
            must="Z",
            cells={"playground": source, "softmax-code": in_softmax(source)},
            scores=LOST,
            needs_gpu=True,
            seconds=40,
        )
        for name, words, source in (
            ("gpu-1", "takes all GPU memory, also behind torch's back", _TAKE_ALL),
            ("gpu-2", "illegal memory access on the GPU", _ILLEGAL),
            ("gpu-3", "an endless GPU kernel", _ENDLESS),
        )
    ),
    Case(id="gpu-5", does="the GPU is lost while it grades", must="E", scores={}, needs_gpu=True),
)
