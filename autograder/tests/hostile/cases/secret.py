"""Code that looks for what it must not see: checks, secrets, other students' work."""

from __future__ import annotations

from autograder.tests.chain import SOFTMAX
from autograder.tests.hostile.case import Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, in_softmax
from autograder.tests.hostile.theatre import Scene

_READ_BY_PATH = (
    ATTEMPT
    + """
for path in ("@ROOT@/source/chain/chain.ipynb", "@ROOT@/autograder/assignments/chain/test_chain.py",
             "@ROOT@/autograder/assignments/chain/misconceptions/sum.py", "@ROOT@/.autograder/secret",
             "@ROOT@/gradebook.db", "@ROOT@/nbgrader_config.py", "@ROOT@/release/chain/chain.ipynb",
             "@FOLDER@/secret.txt", "@REPO@/assignments/attention/oracle.py", "@REPO@/checks/compare.py",
             "@REPO@/tests/hostile/case.py"):
    attempt("open " + path, lambda path=path: open(path).read())
for folder in ("@ROOT@", "@FOLDER@", "@TMP@", "@REPO@/assignments"):
    attempt("list " + folder, lambda folder=folder: must([n for n in os.listdir(folder) if "slot" not in n], "empty"))
attempt("find", lambda: must([p for top in ("/work", "/srv", "/mnt", "/media", "/opt", "/root", "/home")
                              for p in glob.glob(top + "/**/gradebook.db", recursive=True)], "nothing"))
attempt("import the tests", lambda: must(os.path.exists("@REPO@/tests/chain.py")))
"""
)


_SEARCH_WHAT_IS_INHERITED = (
    ATTEMPT
    + """
import re
pattern = re.compile(b"CANA" + b"RY-[0-9a-f]{32}")

def in_environment():
    texts = [repr(dict(os.environ)).encode()]
    for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
        try:
            texts.append(open(path, "rb").read())
        except OSError:
            pass
    return must(pattern.findall(b"".join(texts)), "nothing")

def in_open_files():
    found = []
    for number in range(3, 1024):
        try:
            where = os.readlink(f"/proc/self/fd/{number}")
            os.fstat(number)
        except OSError:
            continue
        if any(word in where for word in ("@ROOT@", "@FOLDER@/secret", "gradebook", "autograder")):
            found.append(where)
        if stat.S_ISREG(os.fstat(number).st_mode):
            found += pattern.findall(os.pread(number, 2**20, 0))
    return must(found, "nothing")

def in_memory():
    found, own = [], []
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and end - start < 2**29:
                try:
                    memory.seek(start)
                    found += pattern.findall(memory.read(end - start))
                except (OSError, ValueError):
                    pass
    return must(found, "nothing")

attempt("environment", in_environment)
attempt("open files", in_open_files)
attempt("memory", in_memory)
attempt("another folder's files by a kept handle", lambda: must([
    n for n in range(3, 256) if os.path.isdir(f"/proc/self/fd/{n}/../submitted")], "nothing"))
"""
)


_READ_OTHER_PROCESSES = (
    ATTEMPT
    + """
import re
pattern = re.compile(b"CANA" + b"RY-[0-9a-f]{32}")
ours = {os.getpid()}

def memory_of(pid):
    with open(f"/proc/{pid}/mem", "rb", 0) as memory, open(f"/proc/{pid}/maps") as maps:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and end - start < 2**28:
                memory.seek(start)
                if found := pattern.findall(memory.read(end - start)):
                    return found
    raise PermissionError("nothing")

def vm_read(pid):
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_size_t * 2)(0x400000, 64)
    return called(libc.process_vm_readv(pid, local, 1, remote, 1, 0))

attempt("the grader's name", lambda: must("hostile" in open("/proc/@PID@/cmdline").read() or "pytest" in
                                          open("/proc/@PID@/cmdline").read(), "somebody else"))
attempt("the grader's environment", lambda: must(pattern.findall(open("/proc/@PID@/environ", "rb").read()), "nothing"))
attempt("the grader's memory", lambda: memory_of(@PID@))
attempt("the parent's memory", lambda: memory_of(os.getppid()))
attempt("every environment", lambda: must([p for p in glob.glob("/proc/[0-9]*/environ")
                                          if os.access(p, os.R_OK) and pattern.search(open(p, "rb").read())], "none"))
libc.ptrace.restype = ctypes.c_long
for pid in (@PID@, os.getppid(), 1):
    attempt(f"ptrace {pid}", lambda pid=pid: called(libc.ptrace(0x4206, pid, None, None)))  # PTRACE_SEIZE
    attempt(f"process_vm_readv {pid}", lambda pid=pid: vm_read(pid) if pid != os.getpid() else must(False))
attempt("pidfd_getfd", lambda: called(libc.syscall(438, called(libc.syscall(434, os.getppid(), 0)), 1, 0)))
attempt("kcmp", lambda: called(libc.syscall(312, os.getpid(), @PID@, 0, 1, 1)))
attempt("root of another", lambda: must(os.listdir("/proc/@PID@/root/"), "empty"))
attempt("folder of another", lambda: must(os.listdir("/proc/@PID@/cwd/"), "empty"))
"""
)


_OTHER_STUDENTS = (
    ATTEMPT
    + """
for student in ("anna", "zoe"):
    for step in ("submitted", "autograded"):
        attempt(f"{step} of {student}", lambda s=student, t=step: open(f"@ROOT@/{t}/{s}/chain/chain.ipynb").read())
    attempt(f"report of {student}", lambda s=student: open(f"@ROOT@/.autograder/reports/chain/{s}.json").read())
mine = os.path.realpath(os.environ.get("HOME", "/"))
attempt("other slots", lambda: must([p for top in ("/tmp", "/var/tmp", "@TMP@") for p in glob.glob(top + "/aandacht*")
                                     if not mine.startswith(os.path.realpath(p))], "none"))
attempt("other kernels", lambda: must(glob.glob("@TMP@/*/k-*") + glob.glob("/tmp/*/kernel*.json"), "none"))
attempt("other runtime folders", lambda: must(glob.glob("/root/.local/share/jupyter/runtime/*"), "none"))
"""
)


def _links(scene: Scene) -> None:
    secret = scene.root / ".autograder" / "secret"
    (scene.place / "extra.txt").symlink_to(secret)
    (scene.place / "figures").symlink_to(scene.theatre.folder)
    (scene.place / "submission_secret.txt").symlink_to(secret)
    (scene.place / "data.csv").hardlink_to(scene.theatre.folder / "secret.txt")


CASES = (
    Case(
        id="secret-1",
        does="reads tests, misconceptions, source, the gradebook by path",
        must="N",
        cells={"playground": _READ_BY_PATH},
        held=17,
    ),
    Case(
        id="secret-3",
        does="searches inherited environment, open files and the heap for secrets",
        must="N",
        cells={"playground": _SEARCH_WHAT_IS_INHERITED},
        held=4,
        seconds=25,
    ),
    Case(
        id="secret-4",
        does="reads other processes' memory and environment, ptrace",
        must="N",
        cells={"playground": GUARD + _READ_OTHER_PROCESSES},
        held=15,
        needs_lock=True,
    ),
    Case(
        id="secret-5",
        does="puts links to secrets into the submission folder",
        must="N",
        write=_links,
        says=("Links are not followed: extra.txt",),
    ),
    Case(
        id="secret-8",
        does="reads other students' submissions, reports, kernels",
        must="N",
        cells={"playground": _OTHER_STUDENTS},
        held=9,
    ),
    Case(
        id="secret-12",
        does="a right answer that asks where it is: its own call stack, the names of the checks",
        must="N",
        cells={
            "softmax-code": in_softmax(
                "import traceback\nstack = ''.join(traceback.format_stack())\n"
                "if 'te' + 'st_' in stack:\n    raise OSError('LE' + 'AK')",
                SOFTMAX,
            )
        },
    ),
)
