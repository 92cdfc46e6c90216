"""A network of machines that are none: namespaces joined by virtual wires, which the test may cut.

Run by `python -m autograder.tests.executors.lan FOLDER` inside fresh user and network namespaces, where we are root: it
plays the story of `test_cluster_hosts.py`, and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from autograder.executors.cluster import ClusterPool
from autograder.tests.executors.hub import QUICK, SECONDS, WORKER, Started, scheduler, until, wait_for_slots, worker
from autograder.tests.executors.pieces import noted

HUB = "10.77.{number}.1"


class Machine:
    """A network namespace with one wire to ours; a process that sleeps keeps it alive."""

    def __init__(self, number: int, stack: ExitStack) -> None:
        self.name, self._wire = f"machine{number}", f"wire{number}"
        self._sleeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        stack.callback(self._end)
        until(lambda: _network_of(self._sleeper.pid) != _network_of("self"))
        _ip("link", "add", self._wire, "type", "veth", "peer", "name", "eth0", "netns", str(self._sleeper.pid))
        _ip("addr", "add", f"{HUB.format(number=number)}/24", "dev", self._wire)
        _ip("link", "set", self._wire, "up")
        for command in (f"addr add 10.77.{number}.2/24 dev eth0", "link set eth0 up", "link set lo up"):
            subprocess.run([*self.inside, "ip", *command.split()], check=True)

    @property
    def inside(self) -> list[str]:
        """What a command begins with that is to run there."""
        return ["nsenter", f"--net=/proc/{self._sleeper.pid}/ns/net", "--"]

    def cut(self) -> None:
        """Takes the wire away."""
        _ip("link", "set", self._wire, "down")

    def work(self, folder: Path, port: str, number: int) -> Started:
        """`autograder worker` on it."""
        address = f"tcp://{HUB.format(number=number)}:{port}"
        return worker(folder, address, "--unsafe", "--slots", "1", name=self.name, command=[*self.inside, *WORKER])

    def _end(self) -> None:
        self._sleeper.kill()
        self._sleeper.wait()


def _network_of(process: int | str) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def main() -> None:
    """Two machines; one is cut off in mid-run, a third one joins."""
    folder = Path(sys.argv[1])
    notes = folder / "notes"
    notes.mkdir()

    def seen() -> set[str]:
        return {line.split("-")[0] for path in notes.iterdir() for line in path.read_text().splitlines()}

    _ip("link", "set", "lo", "up")
    with ExitStack() as stack:
        machines = [Machine(number, stack) for number in (1, 2, 3)]
        address = stack.enter_context(scheduler(folder, host="0.0.0.0", environment=QUICK))
        port = address.rpartition(":")[2]
        for number in (1, 2):
            stack.enter_context(machines[number - 1].work(folder, port, number))
        pool = stack.enter_context(ClusterPool(f"tcp://127.0.0.1:{port}"))
        wait_for_slots(pool, 2)
        hosts = sorted({address.split(":")[1].strip("/") for address in pool._roster._names})
        futures = [pool.submit(noted, str(notes), number, 0.3) for number in range(600)]
        until(lambda: seen() == {"machine1", "machine2"})
        machines[1].cut()
        stack.enter_context(machines[2].work(folder, port, 3))
        until(lambda: "machine3" in seen() and pool.notices, 2 * SECONDS)
        done = {number: each for number, each in enumerate(futures) if not each.cancel()}
        results = {number: each.result(60) for number, each in done.items()}
        came = {"hosts": hosts, "right": all(a == b for a, b in results.items()), "notices": pool.notices}
        print(json.dumps(came | {"seen": sorted(seen()), "done": len(results)}), flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
