"""The virtual cluster that the cases of this suite share."""
import fcntl
import shutil
import sys
import time
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCES / "server/lab"), str(SOURCES / "tests/support")]

import image  # noqa: E402
from firmware import FIRMWARE  # noqa: E402
from lab import Lab  # noqa: E402

STATE = Path("/var/lib/rootstock-lab-tests")  # its images survive runs; who sits where does not
LAB_IMAGES = Path("/var/lib/rootstock-lab/images")
LOGS = STATE / "logs"


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
    def __init__(self, rootstock):
        self.lab = Lab(rootstock, STATE, LOGS)
        self.older = self.newer = 0  # generations, once there are two
        self.head, self.slurm = self.lab.head, self.lab.slurm
        image.build_missing(self.head, ["amd64", "arm64"], STATE)
        self.lab.start()
        self.bios = self.lab.add(1, "bios", clock="1970-01-02T00:00:00")
        self.uefi = self.lab.add(2, "uefi")

    def generations(self, architecture="amd64"):
        """Numbers of the lab image's generations, oldest first."""
        return [entry["number"] for entry in image.generations(self.head, architecture)]

    def active(self, architecture="amd64"):
        return next(entry["number"] for entry in image.generations(self.head, architecture) if entry["active"])

    def name_of(self, machine):
        return self.lab.node_of(machine)["name"]

    def srun(self, *words, timeout=120):
        return self.slurm.run("srun", *words, timeout=timeout)

    def on(self, machine, command, timeout=120):
        """A shell command as a job on that machine; its output."""
        done = self.srun("--nodelist", self.name_of(machine), "--nodes=1", "sh", "-c", command, timeout=timeout)
        assert done.returncode == 0, f"{command}: exit {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def boot(self, number, firmware, seconds=1200):
        """A board of that firmware alone, all the way to idle: two CPUs emulate one board quicker than three."""
        for machine in self.lab.machines:
            machine.power_off()
        machine = self.lab.add(number, firmware)
        machine.power_on()
        node = self.lab.wait_until_idle(machine, seconds)
        assert node["generation"] == f"lab/{self.active(FIRMWARE[firmware].architecture)}", node
        return machine, node

    def reboot(self, machine):
        """The reset button, then all the way to idle; the node's row."""
        pressed = time.time()
        machine.reset()
        return self.lab.wait_until_idle(machine, seconds=420, since=pressed)

    def words_on_failure(self):
        tails = [f"{machine.name}'s console ends with:\n{machine.console_tail(12)}" for machine in self.lab.machines]
        return "\n".join([*tails, "the service's log ends with:", self.lab.processes.tail("rootstock", 10)])
