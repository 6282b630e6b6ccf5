"""Virtual boards that really network-boot: QEMU with a BIOS or UEFI firmware and nothing else to boot from."""
import json
import os
import platform
import shutil
import socket
from pathlib import Path

OVMF = Path("/usr/share/OVMF")


def accelerator():
    """KVM only where this CPU can run x86 guests by itself; some virtual machines offer a /dev/kvm that cannot."""
    flags = Path("/proc/cpuinfo").read_text().split()
    if platform.machine() == "x86_64" and os.access("/dev/kvm", os.R_OK | os.W_OK) and {"vmx", "svm"} & set(flags):
        return "kvm"
    return "tcg,thread=multi"


class Machine:
    """`firmware`: "bios" (SeaBIOS, then iPXE from the card's ROM) or "uefi" (OVMF's own PXE).
    `clock`: what its battery clock says at power-on, e.g. "1970-01-02T00:00:00"; none: the right time."""

    def __init__(self, number, firmware, folder, processes, memory=1024, clock=None):
        self.number, self.firmware, self.memory, self.clock = number, firmware, memory, clock
        self.folder, self.processes = Path(folder), processes
        self.name, self.tap = f"board{number:02}", f"tap{number}"
        self.mac = f"52:54:00:77:00:{number:02x}"
        self.console, self.control = self.folder / f"{self.name}.console", self.folder / f"{self.name}.control"
        self.process = None

    def command(self):
        argv = ["qemu-system-x86_64", "-name", self.name, "-machine", "q35", "-accel", accelerator(),
                "-smp", "1", "-m", str(self.memory), "-uuid", f"77000000-0000-4000-8000-{self.number:012}",
                "-nodefaults", "-vga", "std", "-display", "none",
                "-serial", f"file:{self.console}", "-qmp", f"unix:{self.control},server=on,wait=off",
                "-device", "virtio-rng-pci",
                "-netdev", f"tap,id=net0,ifname={self.tap},script=no,downscript=no"]
        card = f"virtio-net-pci,netdev=net0,mac={self.mac},bootindex=1"
        if self.firmware == "uefi":
            card += ",romfile="  # without iPXE in the card's ROM, EDK2 boots by its own PXE
            code = next(OVMF / name for name in ("OVMF_CODE_4M.fd", "OVMF_CODE.fd") if (OVMF / name).exists())
            variables = self.folder / f"{self.name}.vars"
            shutil.copyfile(str(code).replace("CODE", "VARS"), variables)
            argv += ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
                     "-drive", f"if=pflash,unit=1,format=raw,file={variables}"]
        if self.clock:
            argv += ["-rtc", f"base={self.clock}"]
        return argv + ["-device", card]

    def power_on(self):
        self.process = self.processes.start(self.name, self.command())

    def power_off(self):
        self.processes.stop(self.process, seconds=2)

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

    def console_tail(self, lines=20):
        try:
            return "\n".join(self.console.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(nothing on its console)"
