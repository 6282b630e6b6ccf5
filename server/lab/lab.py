"""A whole cluster in a world: switch, the real service, real Slurm, virtual boards."""
import subprocess
from pathlib import Path

import network
from head import Head, settings_text
from machines import Machine
from raspberry import RaspberryPi3
from processes import Processes, wait_for
from slurm import Slurm, make_munge_key

ADDRESS, PREFIX = "10.77.0.1", 24
# Consoles: an arm64 board's first serial port and a PC's; one that is not there does no harm. cdc_subset would claim QEMU's
# USB network card before cdc_ether can, and give it an address of its own making.
LAB_SETTINGS = """[nodes]
image = "lab"
kernel_options = "console=ttyAMA0 console=ttyS0 module_blacklist=cdc_subset"
join = "{join}"
root_patience = "{root_patience}"
"""


class Lab:
    """`state` survives runs (images, known nodes); `logs` holds what every process and console said."""

    def __init__(self, rootstock, state, logs, join="open", root_patience="10m"):
        self.state, self.logs = Path(state), Path(logs)
        self.state.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(logs)
        self.fleet = Path(rootstock).resolve().parents[1] / "tests/fleet/rootstock-fleet"
        self.head = Head(rootstock, "/etc/rootstock/rootstock.toml", self.processes)
        self.slurm = Slurm(self.head, self.processes)
        self.machines = []
        subprocess.run(["useradd", "--system", "--no-create-home", "--user-group", "rootstock"], stderr=subprocess.DEVNULL)
        self.root_patience = root_patience
        self.configure(join)
        make_munge_key()

    def configure(self, join):
        """Settings that hold from the head's next start."""
        more = LAB_SETTINGS.format(join=join, root_patience=self.root_patience)
        self.head.configure(settings_text("eth1", f"{ADDRESS}/{PREFIX}", self.state, more=more))

    def start(self):
        network.switch("eth1")
        network.keep_on("eth1")
        self.head.start()
        self.slurm.start()

    def add(self, number, firmware, **options):
        if firmware == "pi3":
            machine = RaspberryPi3(number, self.logs, self.processes, self.fleet)
        else:
            machine = Machine(number, firmware, self.logs, self.processes, **options)
        network.socket_on("eth1", machine.tap)
        self.machines.append(machine)
        return machine

    def node_of(self, machine):
        """What the service knows of this board, or none yet."""
        return next((node for node in self.head.nodes() if node["mac"].lower() == machine.mac), None)

    def joined(self):
        """Node names of the machines that the service says are up and Slurm says are idle."""
        idle = self.slurm.idle()
        nodes = {node["mac"].lower(): node for node in self.head.nodes()}
        mine = [nodes[machine.mac] for machine in self.machines if machine.mac in nodes]
        return {node["name"] for node in mine if node["stage"] == "up" and node["name"] in idle}

    def wait_until_idle(self, machine, seconds=600, since=0.0):
        """Waits for a boot that began after `since` (time.time()); the node's row."""
        def idle():
            node = self.node_of(machine)
            booted = node and node["stage"] == "up" and node["boot_started"] >= since
            return node if booted and node["name"] in self.slurm.idle() else None

        return wait_for(f"{machine.name} ({machine.firmware}) is idle in Slurm", idle, seconds, every=1)

    def stop(self):
        self.processes.stop_all()
