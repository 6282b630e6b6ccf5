"""Virtual boards that really network-boot: QEMU with a board's firmware and nothing else to boot from."""
import json
import re
import socket
from pathlib import Path

import network
from firmware import FIRMWARE, accelerator


class Machine:
    """`firmware`: a name of firmware.FIRMWARE.
    `clock`: what its battery clock says at power-on, e.g. "1970-01-02T00:00:00"; none: the right time.
    `mac`: another than its own, as a card that was moved or a cloned image has."""

    def __init__(self, number, firmware, folder, processes, memory=1024, clock=None, mac=None):
        self.number, self.firmware, self.memory, self.clock = number, firmware, memory, clock
        self.qemu = FIRMWARE[firmware].qemu
        self.folder, self.processes = Path(folder), processes
        self.name, self.tap = f"board{number:02}", f"tap{number}"
        self.mac = mac or f"52:54:00:77:00:{number:02x}"
        self.console, self.control = self.folder / f"{self.name}.console", self.folder / f"{self.name}.control"
        self.process = None

    def command(self):
        argv = [f"qemu-system-{self.qemu}", "-name", self.name, "-accel", accelerator(self.qemu),
                "-m", str(self.memory), "-uuid", f"77000000-0000-4000-8000-{self.number:012}",
                "-nodefaults", "-display", "none",
                "-serial", f"file:{self.console}", "-qmp", f"unix:{self.control},server=on,wait=off",
                "-netdev", f"tap,id=net0,ifname={self.tap},script=no,downscript=no", *self.arguments()]
        return argv + (["-rtc", f"base={self.clock}"] if self.clock else [])

    def arguments(self):
        """What its firmware and its kind of board need of QEMU."""
        return FIRMWARE[self.firmware].arguments(self)

    def card(self, model, more=""):
        """Its network card, and a source of randomness."""
        return ["-device", f"{model},netdev=net0,mac={self.mac}" + (f",{more}" if more else ""), "-device", "virtio-rng-pci"]

    def power_on(self):
        self.process = self.processes.start(self.name, self.command())

    def power_off(self):
        if self.process:
            self.processes.stop(self.process, seconds=2)

    def is_on(self):
        return self.process is not None and self.process.poll() is None

    def reset(self):
        """The reset button."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            lines = control.makefile("rw")
            lines.readline()
            for order in ("qmp_capabilities", "system_reset"):
                lines.write(json.dumps({"execute": order}) + "\n")
                lines.flush()
                lines.readline()

    def cut(self):
        """The network is gone, and the board does not see it: the switch is off, or a cable behind it is out."""
        network.unplug(self.tap)

    def mend(self):
        network.plug_in(self.tap)

    def console_text(self):
        """What its console has shown since it was switched on."""
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def shows(self, words):
        """Has its console shown these words? Screens move the cursor, and break lines anywhere."""
        def bare(text):
            return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", text)

        return bare(words) in bare(self.console_text())

    def console_tail(self, lines=20):
        return "\n".join(self.console_text().splitlines()[-lines:]) or "(nothing on its console)"
