"""munge and Slurm's controller for the head of a world, in the places where a real head has them."""
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from processes import wait_for

KEY = Path("/etc/munge/munge.key")
MUNGE_SOCKET = Path("/run/munge/munge.socket.2")


def own_folder(path, user, mode):
    path = Path(path)
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    path.chmod(mode)
    return path


def make_munge_key():
    """The world's own key: the real one, if this machine has one, stays out of the lab."""
    own_folder("/etc/munge", "munge", 0o700)
    KEY.unlink(missing_ok=True)
    KEY.touch(mode=0o400)
    KEY.write_bytes(os.urandom(128))
    shutil.chown(KEY, "munge", "munge")


class Slurm:
    def __init__(self, head, processes):
        self.head, self.processes = head, processes
        self.controller = self.munge = None

    def start_munge(self):
        own_folder("/run/munge", "munge", 0o755)
        own_folder("/run/munge-private", "munge", 0o700)
        self.munge = self.processes.start("munged", ["munged", "--foreground", "--num-threads=2", f"--key-file={KEY}",
                                                     f"--socket={MUNGE_SOCKET}", "--pid-file=/run/munge-private/pid",
                                                     "--seed-file=/run/munge-private/seed", "--log-file=/run/munge-private/log"],
                                          user="munge", group="munge", extra_groups=[])
        wait_for("munged opens its socket", MUNGE_SOCKET.exists, 20)

    def start(self):
        """Needs the service's settings and the key; `rootstock slurm` writes the configuration."""
        self.start_munge()
        written = self.head.run("slurm", "--write", "/etc/slurm")
        if written.returncode != 0:
            raise RuntimeError("rootstock slurm --write: " + written.stderr.strip())
        for folder in ("/var/lib/slurm/slurmctld", "/var/log/slurm"):
            own_folder(folder, "slurm", 0o755)
        self.start_controller()

    def start_controller(self):
        self.controller = self.processes.start("slurmctld", ["slurmctld", "-D"])
        wait_for("slurmctld answers", self.answers, 60, every=0.5)

    def answers(self):
        if self.controller.poll() is not None:
            raise RuntimeError("slurmctld ended at once:\n" + self.processes.tail("slurmctld"))
        return "UP" in self.run("scontrol", "ping").stdout

    def run(self, *argv, timeout=300):
        return subprocess.run(argv, capture_output=True, text=True, timeout=timeout)

    def states(self):
        """{node name: state word}, e.g. {"node01": "idle"}."""
        lines = self.run("sinfo", "--noheader", "--Node", "--format=%N %t").stdout.splitlines()
        return dict(line.split()[:2] for line in lines if len(line.split()) >= 2)

    def idle(self):
        return {name for name, state in self.states().items() if state == "idle"}

    def job_on_all(self, names, *command):
        return self.run("srun", "--label", f"--nodes={len(names)}", f"--nodelist={','.join(sorted(names))}",
                        "--ntasks-per-node=1", "--immediate=60", *command)
