"""Code that calls out, or calls its neighbours. Addresses outside are of the networks kept for documentation."""

from __future__ import annotations

from autograder.tests.hostile.case import Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD

_OUTSIDE = (
    GUARD
    + ATTEMPT
    + """
def udp(address):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(0.3)
    line.sendto(b"@MARK@", address)
    return "sent"

def http():
    import urllib.request
    return urllib.request.urlopen("http://192.0.2.1/@MARK@", timeout=0.5).read()

attempt("tcp", lambda: socket.create_connection(("192.0.2.1", 80), 0.5))
attempt("tcp 6", lambda: socket.create_connection(("2001:db8::1", 80), 0.5))
attempt("udp", udp, ("192.0.2.1", 53))
attempt("broadcast", udp, ("255.255.255.255", 67))
attempt("dns", lambda: socket.getaddrinfo("aandacht-@MARK@.example", 80))
attempt("http", http)
attempt("interfaces", lambda: must([name for _, name in socket.if_nameindex() if name != "lo"], "only lo"))
program = "import socket; socket.create_connection(('192.0.2.1', 80), 0.5)"
attempt("a subprocess", lambda: subprocess.run(["python3", "-c", program], check=True, capture_output=True, timeout=3))
"""
)

_NEIGHBOURS = (
    ATTEMPT
    + """
def connect(family, address):
    line = socket.socket(family, socket.SOCK_STREAM)
    line.settimeout(0.5)
    line.connect(address)
    return line

attempt("tcp on loopback", connect, socket.AF_INET, ("127.0.0.1", @PORT@))
attempt("tcp on ::1", connect, socket.AF_INET6, ("::1", @PORT@))
attempt("tcp on 0.0.0.0", connect, socket.AF_INET, ("0.0.0.0", @PORT@))
attempt("abstract socket", connect, socket.AF_UNIX, "\\0@MARK@")
attempt("socket by path", connect, socket.AF_UNIX, "@FOLDER@/line")
attempt("others' kernels", lambda: [connect(socket.AF_UNIX, p) for p in must(glob.glob("@TMP@/*/k-*"), "none")])
for path in ("/run/dbus/system_bus_socket", "/var/run/docker.sock", "/run/systemd/private", "/tmp/.X11-unix/X0"):
    attempt(path, connect, socket.AF_UNIX, path)
"""
)

_ODD_FAMILIES = (
    ATTEMPT
    + """
for name, family, kind, protocol in (
    ("vsock", 40, 1, 0), ("netlink route", 16, 3, 0), ("netlink audit", 16, 3, 9), ("packet", 17, 3, 3),
    ("raw ip", 2, 3, 1), ("alg", 38, 5, 0), ("bluetooth", 31, 3, 1), ("can", 29, 3, 1), ("key", 15, 3, 2),
    ("xdp", 44, 3, 0), ("smc", 43, 1, 0), ("tipc", 30, 1, 0), ("rds", 21, 5, 0), ("inet", 2, 1, 0),
    ("inet udp", 2, 2, 0), ("inet6", 10, 1, 0),
):
    attempt(name, socket.socket, family, kind, protocol)
"""
)

_WHAT_PROC_SAYS = (
    ATTEMPT
    + """
def found(path):
    lines = open(path).read().splitlines()
    return must([line for line in lines if "@MARK@" in line or ":%04X" % @PORT@ in line], "none")

for name in ("unix", "tcp", "tcp6", "udp"):
    attempt(name, found, "/proc/net/" + name)
    attempt(name + " of the grader", found, "/proc/@PID@/net/" + name)
attempt("routes", lambda: must(open("/proc/net/route").read().splitlines()[1:], "none"))
attempt("arp", lambda: must(open("/proc/net/arp").read().splitlines()[1:], "none"))
attempt("resolver", lambda: must("nameserver" in open("/etc/resolv.conf").read(), "none"))
attempt("another network namespace", lambda: called(libc.setns(os.open("/proc/@PID@/ns/net", os.O_RDONLY), 0)))
attempt("a new one", lambda: called(libc.unshare(0x40000000)))
"""
)

_LISTEN = """\
import os, socket, time
if os.fork() == 0:
    os.setsid()
    lines = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", 40123)), (socket.AF_UNIX, "\\0left-@MARK@"),
                            (socket.AF_UNIX, "/tmp/left-@MARK@")):
        try:
            line = socket.socket(family)
            line.bind(address)
            line.listen()
            lines.append(line)
        except OSError:
            pass
    time.sleep(600)
    os._exit(0)
"""
_CALL_THE_LEFT = """\
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", 40123)), (socket.AF_UNIX, "\\0left-@MARK@"),
                        (socket.AF_UNIX, "/tmp/left-@MARK@")):
    try:
        socket.socket(family).connect(address)
        print("BRE" + "ACH", address)
    except OSError:
        pass
"""

CASES = (
    Case(
        id="net-1",
        does="TCP, UDP, DNS to the outside",
        must="N",
        cells={"playground": _OUTSIDE},
        held=8,
        needs_lock=True,
    ),
    Case(
        id="net-2",
        does="calls loopback, a sibling's unix sockets, abstract sockets",
        must="N",
        cells={"playground": _NEIGHBOURS},
        held=10,
    ),
    Case(
        id="net-3",
        does="opens vsock, netlink, packet and other odd sockets",
        must="N",
        cells={"playground": _ODD_FAMILIES},
        held=16,
    ),
    Case(
        id="net-4",
        does="reads /proc/net for others' sockets, joins another network namespace",
        must="N",
        cells={"playground": GUARD + _WHAT_PROC_SAYS},
        held=13,
        needs_lock=True,
    ),
    Case(
        id="net-5",
        does="leaves a listening daemon for the next student's kernel",
        must="N",
        cells={"playground": _LISTEN},
        neighbour={"playground": _CALL_THE_LEFT, "between": _CALL_THE_LEFT},
    ),
)
