"""The virtual cluster that the cases of this suite share."""
import fcntl
import shutil
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCES / "server/lab"), str(SOURCES / "tests/support")]

import image  # noqa: E402
from firmware import FIRMWARE  # noqa: E402
from lab import Lab  # noqa: E402
from processes import wait_for  # noqa: E402

STATE = Path("/var/lib/rootstock-lab-tests")  # its images survive runs; who sits where does not
LAB_IMAGES = Path("/var/lib/rootstock-lab/images")
LOGS = STATE / "logs"
# Seconds. Longer than the cut of the network that a node must bear, and than TCP then sleeps until it tries again: its pauses
# double from 200 ms and one round trip on, so after two minutes of silence the next attempt is made at 205 s when that is short,
# and at 240 s when it takes 35 ms, as it may on a machine that builds an image meanwhile.
ROOT_PATIENCE = 270


def only_suite():
    """The lock that keeps a second run of this suite out of its folder, held until the process ends."""
    STATE.mkdir(mode=0o755, exist_ok=True)
    lock = open(STATE / "lock", "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"lab: another run of this suite uses {STATE}; wait until it has ended")
    return lock


def fresh_state():
    """Keeps the images: building one takes minutes. `server/run` may have one already."""
    for leftover in STATE.iterdir():
        if leftover.name not in ("images", "lock"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    if not (STATE / "images/lab").exists() and (LAB_IMAGES / "lab").exists():
        shutil.copytree(LAB_IMAGES / "lab", STATE / "images/lab", symlinks=True)


class Cluster:
    def __init__(self, rootstock, join="open"):
        # Everybody waits at the door until the case of the restarted head opens it.
        self.lab = Lab(rootstock, STATE, LOGS, join=join, root_patience=f"{ROOT_PATIENCE}s")
        self.older = self.newer = 0  # generations, once there are two
        self.head, self.slurm = self.lab.head, self.lab.slurm
        self.bios = self.uefi = None

    def build_images(self, architectures):
        for number in image.build_missing(self.head, architectures, STATE, STATE / "images").values():
            # A run that was broken off may have left another generation active.
            self.must("image", "activate", f"{image.NAME}/{number}")

    def start(self):
        self.lab.start()
        self.bios = self.lab.add(1, "bios", clock="1970-01-02T00:00:00")
        self.uefi = self.lab.add(2, "uefi")

    def generations(self, architecture="amd64"):
        """Numbers of the lab image's generations, oldest first."""
        return [entry["number"] for entry in image.generations(self.head, architecture)]

    def active(self, architecture="amd64"):
        return next(entry["number"] for entry in image.generations(self.head, architecture) if entry["active"])

    def change_joining(self, join):
        """Settings hold from the head's next start."""
        self.head.stop()
        self.lab.configure(join)
        self.head.start()

    def parked(self, machine, seconds=180):
        """The node's row, once the board waits for somebody's yes and shows on its console who it is and what to do."""
        def waits():
            node = self.lab.node_of(machine)
            return node if node and node["stage"] == "waiting" else None

        node = wait_for(f"{machine.name} ({machine.firmware}) waits", waits, seconds, every=1)
        words = f"rootstock nodes approve {node['name']}"
        wait_for(f"{machine.name}'s console shows: {words}", lambda: machine.shows(words), seconds, every=1)
        return node

    def fault_of(self, name):
        return self.head.ask("story", name)["fault"]

    def must(self, *words, timeout=120):
        """A command of the CLI that works; what it said."""
        done = self.head.run(*words, timeout=timeout)
        assert done.returncode == 0, f"rootstock {' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def name_of(self, machine):
        return self.lab.node_of(machine)["name"]

    def srun(self, *words, timeout=120):
        return self.slurm.run("srun", *words, timeout=timeout)

    def on(self, machine, command, timeout=120):
        """A shell command as a job on that machine; its output."""
        done = self.srun("--nodelist", self.name_of(machine), "--nodes=1", "sh", "-c", command, timeout=timeout)
        assert done.returncode == 0, f"{command}: exit {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def alone(self, number, firmware):
        """A board of that firmware, switched on, and no other: two CPUs emulate one board quicker than three."""
        for machine in self.lab.machines:
            machine.power_off()
        machine = self.lab.add(number, firmware)
        machine.power_on()
        return machine

    def boot(self, number, firmware, seconds=1200):
        """Such a board, all the way to idle."""
        machine = self.alone(number, firmware)
        node = self.lab.wait_until_idle(machine, seconds)
        assert node["generation"] == f"lab/{self.active(FIRMWARE[firmware].architecture)}", node
        return machine, node

    def words_on_failure(self):
        tails = [f"{machine.name}'s console ends with:\n{machine.console_tail(12)}" for machine in self.lab.machines]
        return "\n".join([*tails, "the service's log ends with:", self.lab.processes.tail("rootstock", 10)])
