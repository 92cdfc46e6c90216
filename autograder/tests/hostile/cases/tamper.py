"""Code that changes what is not its own: the gradebook, the course, the installation, caches, torch itself."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from autograder.tests.hostile.case import LOST, Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, WRONG, WRONG_MIX, in_mix, in_softmax
from autograder.tests.hostile.theatre import Scene

_GRADEBOOK = (
    ATTEMPT
    + """
import sqlite3

def change(statement):
    with sqlite3.connect("file:@ROOT@/gradebook.db?mode=rw", uri=True, timeout=1) as book:
        return book.execute(statement).fetchall()

attempt("read", change, "select * from grade")
attempt("a score", change, "update grade set manual_score = 1000")
attempt("a trigger", change, "create trigger @MARK@ after insert on grade begin update grade set manual_score = 9; end")
attempt("delete", os.unlink, "@ROOT@/gradebook.db")
attempt("a journal", lambda: open("@ROOT@/gradebook.db-journal", "wb").write(b"@MARK@"))
"""
)

_COURSE = (
    ATTEMPT
    + """
for path in ("nbgrader_config.py", "autograder/assignments/chain/test_chain.py", ".autograder/secret",
             "release/chain/chain.ipynb", "source/chain/chain.ipynb"):
    attempt(path, lambda path=path: open("@ROOT@/" + path, "a").write("\\n# @MARK@\\n"))
for path in ("new.py", ".autograder/reports/chain/@MARK@.json", "submitted/@MARK@", "conftest.py"):
    attempt(path, lambda path=path: open("@ROOT@/" + path, "x").write("@MARK@"))
for path in ("grade.py", "checks/compare.py", "assignments/attention/test_softmax.py"):
    attempt(path, lambda path=path: open("@REPO@/" + path, "r+").close())
attempt("chmod", os.chmod, "@ROOT@", 0o777)
attempt("rename", os.rename, "@ROOT@/submitted", "@ROOT@/@MARK@")
"""
)

_INSTALLATION = (
    ATTEMPT
    + """
import sysconfig
site = sysconfig.get_path("purelib")
for path in (site + "/@MARK@.pth", site + "/@MARK@.py", site + "/sitecustomize.py", sys.prefix + "/@MARK@",
             sys.prefix + "/share/jupyter/kernels/@MARK@.json", sysconfig.get_path("stdlib") + "/@MARK@.py",
             site + "/torch/@MARK@.py", "@SITE@/@MARK@.py", "/usr/lib/@MARK@.py", "/etc/@MARK@",
             "/usr/local/bin/@MARK@"):
    attempt(path, lambda path=path: open(path, "x").write("# @MARK@"))
attempt("torch", lambda: open(torch.__file__, "r+").close())
attempt("python", lambda: open(os.path.realpath(sys.executable), "r+b").close())
attempt("remount", lambda: called(libc.mount(None, site.encode(), None, 32 | 4096, None)))
"""
)

_CACHES = """\
import glob, os, sys, tempfile
home = os.path.expanduser("~")
places = [home + "/.cache/huggingface/@MARK@", home + "/.triton/cache/@MARK@", home + "/.cache/torch/@MARK@",
          home + "/.cache/matplotlib/@MARK@", os.environ.get("MPLCONFIGDIR", home) + "/matplotlibrc",
          home + "/.ipython/profile_default/startup/00-@MARK@.py", os.environ.get("IPYTHONDIR", home) + "/@MARK@",
          "/tmp/torchinductor_root/@MARK@", "/tmp/torchinductor_student/@MARK@", tempfile.gettempdir() + "/@MARK@",
          "/root/.cache/@MARK@", "/root/.ipython/profile_default/startup/@MARK@.py", "/var/tmp/@MARK@",
          "/dev/shm/@MARK@", home + "/sitecustomize.py", home + "/usercustomize.py", "torch.py", "/tmp/torch.py"]
for path in places:
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            file.write("raise SystemExit('@MARK@')")
    except OSError:
        pass
os.environ["PYTHONSTARTUP"] = os.environ["BASH_ENV"] = home + "/sitecustomize.py"
"""
_LOOK_FOR_CACHES = """\
import glob, os, tempfile
found = [path for top in (os.path.expanduser("~"), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", ".")
         for pattern in ("*@MARK@*", "torch.py", "sitecustomize.py", "*/*@MARK@*", ".*/*@MARK@*", ".*/*/*@MARK@*")
         for path in glob.glob(f"{top}/{pattern}")]
if found:
    print("BRE" + "ACH", found)
"""

_PICKLE_BOMB = """\
class Bomb:
    def __reduce__(self):
        return (open, ("@ROOT@/@MARK@", "w"))

class BombTensor(torch.Tensor):
    def __reduce_ex__(self, protocol):
        return (open, ("@ROOT@/@MARK@", "w"))

def softmax(x, dim=-1):
    return Bomb() if x.dim() > 2 else torch.zeros_like(x).as_subclass(BombTensor)
"""

_LOOK_ALIKE = """\
import gc, json, struct, types
header = json.dumps({"t": {"dtype": "F32", "shape": [2**31, 2**31], "data_offsets": [0, 4]},
                     "__metadata__": {"a": "b" * 100}}).encode()
header += b" " * (-len(header) % 8)
pickled = b"\\x80\\x04cposix\\nsystem\\n(S'touch @ROOT@/@MARK@'\\ntR."

def look_alike(tensor):
    return TENSOR(struct.pack("<Q", len(header)) + header + b"xxxx" if tensor.dim() > 2 else pickled)

gc.unfreeze()
found = [each for each in gc.get_objects() if type(each) is dict and "pack_tensor" in each]
for names in found:
    TENSOR = names.get("TensorValue") or names["messages"].TensorValue
    names["pack_tensor"] = look_alike
"""

_POISON = """\
import random, sys
import numpy
zeros = lambda x, *a, **k: x * 0
for place in (torch, torch.nn.functional, torch.Tensor, sys.modules["torch"]):
    place.softmax = zeros
torch.Tensor.exp = torch.exp = zeros
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(True)
torch.manual_seed(0)
torch.Generator.manual_seed = lambda self, seed: self
torch.set_num_threads(64)
random.seed(0)
numpy.random.seed(0)
sys.setrecursionlimit(30)
"""
_IS_POISONED = """\
import random, sys
healthy = (torch.get_default_dtype() is torch.float32, torch.is_grad_enabled(), torch.empty(1).device.type == "cpu",
           torch.softmax(torch.zeros(2), 0).sum() == 1, sys.getrecursionlimit() > 100, torch.get_num_threads() < 64)
if not all(healthy):
    print("BRE" + "ACH", healthy)
"""

_OWN_SOCKETS = """\
import glob, os, socket, threading
places = {os.path.dirname(os.environ.get("HOME", "/")), os.getcwd(), "/tmp", os.environ.get("TMPDIR", "/tmp")}
places |= {os.path.dirname(place) for place in places}

def steal():
    import time
    while True:
        for place in places:
            for path in glob.glob(place + "/*fork*") + glob.glob(place + "/*snap*") + glob.glob(place + "/*.sock"):
                if path not in taken:
                    try:
                        os.rename(path, path + ".real")
                        line = socket.socket(socket.AF_UNIX)
                        line.bind(path)
                        line.listen()
                        taken[path] = line
                    except OSError:
                        taken[path] = None
        time.sleep(0.01)

taken = {}
threading.Thread(target=steal, daemon=True).start()
"""


def _ships(scene: Scene) -> None:
    line = scene.fill("open('@ROOT@/@MARK@-shipped', 'w').write('imported')\nraise SystemExit\n")
    for name in (
        "conftest.py",
        "sitecustomize.py",
        "torch.py",
        "test_chain.py",
        "nbgrader_config.py",
        "usercustomize.py",
    ):
        (scene.place / name).write_text(line)
    (scene.place / "autograder").mkdir()
    (scene.place / "autograder" / "__init__.py").write_text(line)
    (scene.place / "pytest.ini").write_text("[pytest]\naddopts = -p torch\n")
    (scene.place / ".pth").write_text("import torch\n")


def _swap_ids(notebook: NotebookNode) -> None:
    """Calls each graded cell by the other's name, adds a cell that claims to be graded, and drops locks."""
    cells = {cell.id: cell for cell in notebook.cells}
    cells["softmax"].metadata.nbgrader.grade_id, cells["mix"].metadata.nbgrader.grade_id = "mix", "softmax"
    cells["softmax"].metadata.nbgrader.update({"locked": False, "points": 0, "task": True})
    cells["mix"].metadata.nbgrader.update({"grade": False, "solution": True, "schema_version": 99})
    own = copy.deepcopy(cells["softmax"])
    own.update({"id": "more-points", "source": "1000"})
    own.metadata.nbgrader.update({"grade_id": "more-points", "points": 1000, "grade": True})
    notebook.cells.append(own)
    notebook.metadata.update({"nbgrader": {"points": 1000}, "aandacht": {"assignment": "chain", "release": "f" * 12}})


CASES = (
    Case(
        id="tamper-1",
        does="opens the gradebook and adds a score and a trigger",
        must="N",
        cells={"playground": _GRADEBOOK},
        held=5,
    ),
    Case(
        id="tamper-2",
        does="appends to the course's configuration, checks and code",
        must="N",
        cells={"playground": GUARD + _COURSE},
        held=14,
        needs_lock=True,
    ),
    Case(
        id="tamper-3",
        does="writes to site-packages, a .pth file, a kernelspec, the system",
        must="N",
        cells={"playground": GUARD + _INSTALLATION},
        held=14,
        needs_lock=True,
    ),
    Case(
        id="tamper-4",
        does="poisons the caches and start-up files that the next run would use",
        must="N",
        cells={"playground": GUARD + _CACHES},
        neighbour={"playground": _LOOK_FOR_CACHES, "between": _LOOK_FOR_CACHES},
        needs_lock=True,
    ),
    Case(
        id="tamper-6",
        does="returns a pickle bomb",
        must="Z",
        cells={"softmax-code": _PICKLE_BOMB},
        scores=LOST,
    ),
    Case(
        id="tamper-6b",
        does="sends a safetensors look-alike as a tensor",
        must="Z",
        cells={"softmax-code": in_softmax(_LOOK_ALIKE), "mix-code": in_mix("pass", WRONG_MIX)},
        scores={"softmax": 0.0, "mix": 0.0},
    ),
    Case(
        id="tamper-8",
        does="ships conftest.py, sitecustomize.py, torch.py, tests of its own",
        must="N",
        write=_ships,
        says=("Only the notebook is graded; not used:",),
    ),
    Case(
        id="tamper-9",
        does="poisons torch: functions, default dtype and device, grad mode, seeds, threads",
        must="Z",
        cells={"playground": _POISON, "softmax-code": WRONG},
        neighbour={"playground": _IS_POISONED, "between": _IS_POISONED},
        scores={"softmax": 0.0, "mix": (0.0, 2.0)},
    ),
    Case(
        id="tamper-10",
        does="swaps grade ids, moves locks, claims a cell of 1000 points",
        must="N",
        cells={"softmax-code": WRONG},
        edit=_swap_ids,
        scores=LOST,
    ),
    Case(
        id="tamper-11",
        does="puts sockets of its own where the judge will call",
        must="Z",
        cells={"playground": _OWN_SOCKETS, "softmax-code": WRONG},
        scores={"softmax": 0.0, "mix": (0.0, 2.0)},
        seconds=25,
    ),
)
