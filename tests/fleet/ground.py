"""One head whose cluster interface is a TAP, NFS-Ganesha and images behind it, and the fleet at the TAP's other end."""
import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCES / "server/lab"), str(SOURCES / "tests/support")]

from generations import Maker  # noqa: E402
from head import Head, settings_text  # noqa: E402
from network import ip  # noqa: E402
from processes import Processes, wait_for  # noqa: E402
from slurm import make_munge_key  # noqa: E402
from world import die_with_parent  # noqa: E402

FOLDER = Path("/var/tmp/rootstock-fleet")  # on a disk: NFS needs file handles, and tmpfs has none
HEAD = "10.77.0.1"


class Played:
    """A fleet's report."""

    def __init__(self, done):
        try:
            self.report = json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"the fleet gave no report, exit {done.returncode}: {done.stderr}") from None
        self.status, self.boards = done.returncode, self.report["boards"]

    def of(self, group):
        return [board for board in self.boards if board["group"] == group]

    def words(self):
        """What a failed case shows."""
        missing = [f"{board['name']}: {board['stage']}: {board['failure']}; " +
                   "; ".join(f"{step['at']:.2f} {step['what']}" for step in board["timeline"][-6:])
                   for board in self.boards if board["counts"] and not board["there"]]
        return "\n".join(self.report["differences"] + missing[:8]) or "all there"

    def assert_good(self):
        assert self.status == 0 and self.report["good"], self.words()

    def line(self):
        slowest = max(self.boards, key=lambda board: board["seconds"] or 0)
        there = sum(board["there"] for board in self.boards)
        return (f"{there} of {len(self.boards)} {self.report['goal']} in {self.report['seconds']:.1f} s; slowest "
                f"{slowest['name']} {slowest['seconds'] or 0:.1f} s; "
                f"{sum(board['bytes'] for board in self.boards) / 1e6:.0f} MB; "
                f"lost {self.report['lost_up']} of {self.report['frames_up']} frames up, "
                f"{self.report['lost_down']} of {self.report['frames_down']} down")


class Playing:
    """A fleet at play, whose boards stay on once they are up."""

    def __init__(self, words, process):
        self.words, self.process, self.played = words, process, None

    def end(self):
        """Power off for all; the report."""
        if self.played is None:
            self.process.terminate()
            out, errors = self.process.communicate(timeout=30)
            self.played = Played(subprocess.CompletedProcess(self.words, self.process.returncode, out, errors))
            print(f"    {' '.join(self.words)}\n    {self.played.line()}", flush=True)
        return self.played


class Ground:
    def __init__(self, rootstock, folder):
        self.fleet_program = Path(rootstock).resolve().parents[1] / "tests/fleet/rootstock-fleet"
        self.state = folder / "state"
        self.state.mkdir()
        self.processes = Processes(folder / "logs")
        self.head = Head(rootstock, "/etc/rootstock/rootstock.toml", self.processes)
        make_munge_key()
        subprocess.run(["useradd", "--system", "--no-create-home", "--user-group", "rootstock"], stderr=subprocess.DEVNULL)
        ip("tuntap", "add", "eth1", "mode", "tap")
        ip("link", "set", "eth1", "up")
        self.maker = Maker(self.state / "images")
        self.maker.generation(1, "amd64")
        self.maker.generation(2, "arm64")
        self.maker.generation(3, "arm64", root="tree")
        small = Maker(self.state / "images", scale=32)
        small.generation(4, "amd64")
        small.generation(5, "arm64")
        small.generation(6, "arm64", without=["boot/firmware/start4.elf"])
        self.maker.activate(amd64=1, arm64=2)
        self.configure()

    @contextlib.contextmanager
    def generations(self, **numbers):
        """Other ones than usual, as if they had been activated."""
        self.maker.activate(**numbers)
        try:
            yield
        finally:
            self.maker.activate(amd64=1, arm64=2)

    def play(self, *words, seconds=240):
        done = subprocess.run([str(self.fleet_program), "--tap", "eth1", "--json", "--timeout", f"{seconds - 20}s", *words],
                              capture_output=True, text=True, timeout=seconds)
        played = Played(done)
        print(f"    {' '.join(words)}\n    {played.line()}", flush=True)
        return played

    @contextlib.contextmanager
    def playing(self, *words):
        """As play(), with the case going on meanwhile."""
        process = subprocess.Popen([str(self.fleet_program), "--tap", "eth1", "--json", "--timeout", "10min", "--stay", "10min",
                                    *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=die_with_parent)
        play = Playing(words, process)
        try:
            yield play
        finally:
            play.end()

    @contextlib.contextmanager
    def settings(self, more):
        """A fresh head with more settings than usual."""
        self.configure(more)
        self.fresh_head()
        try:
            yield
        finally:
            self.configure()
            self.fresh_head()

    def configure(self, more=""):
        self.head.configure(settings_text("eth1", f"{HEAD}/16", self.state, more=more))

    def log(self):
        return self.processes.log("rootstock").read_text(errors="replace")

    def worker(self):
        """Its process; a KeyError while the keeper has none."""
        return self.head.children()["rootstock-work"]

    def fresh_head(self):
        """Without the nodes of cases before."""
        self.head.stop()
        for file in self.state.glob("state.db*"):
            file.unlink()
        self.head.start()
        wait_for("NFS serves", lambda: "NFS serves" in self.log(), 20)


def memory_peak(pid):
    """Of a process so far, in MiB."""
    kib = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(kib[1]) / 1024
