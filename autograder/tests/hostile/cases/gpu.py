"""Code that takes or breaks the GPU: pending where there is none."""

from __future__ import annotations

from functools import partial

from autograder.tests.hostile import gpu_course
from autograder.tests.hostile.case import Case
from autograder.tests.hostile.theatre import Scene

_TAKE_ALL = """\
import ctypes, torch
held = []
try:
    while True:
        held.append(torch.empty(2**28, dtype=torch.uint8, device="cuda"))
except torch.OutOfMemoryError:
    pass
"""
_BEHIND_TORCH = """\
import ctypes, glob, torch
places = glob.glob(torch.__path__[0] + "/../nvidia/**/libcudart.so*", recursive=True) + ["libcudart.so"]
runtime = ctypes.CDLL(places[0])
pointer = ctypes.c_void_p()
while runtime.cudaMalloc(ctypes.byref(pointer), ctypes.c_size_t(2**28)) == 0:
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
_LEFT_BEHIND = """\
import subprocess, sys
held = "import time, torch; held = torch.ones(2**26, device='cuda'); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", held], start_new_session=True)
import time; time.sleep(2)
return x * x
"""


def _attack(source: str, scene: Scene) -> tuple[str, list[str]]:
    return gpu_course.attacked(scene, source)


CASES = (
    *(
        Case(id=name, does=words, must="Z", needs_gpu=True, seconds=240, play=partial(_attack, source))
        for name, words, source in (
            ("gpu-1", "takes all GPU memory", _TAKE_ALL),
            ("gpu-1b", "takes all GPU memory behind torch's back", _BEHIND_TORCH),
            ("gpu-2", "illegal memory access on the GPU", _ILLEGAL),
            ("gpu-3", "an endless GPU kernel", _ENDLESS),
            ("gpu-4", "leaves a process on the GPU", _LEFT_BEHIND),
        )
    ),
    Case(id="gpu-5", does="the GPU is lost mid-run", must="E", needs_gpu=True, seconds=240, play=gpu_course.lost),
)
