"""A virtual Raspberry Pi 3. No emulator runs its boot ROM and its bootcode.bin, so a simulated one (tests/fleet, facts
section 2.4) asks the head for its files as the real one does; QEMU's raspi3b then starts exactly the files that came."""
import subprocess

from machines import Machine

PATIENCE = 300
DEVICE_TREES = ("bcm2710-rpi-3-b.dtb", "bcm2837-rpi-3-b.dtb")  # of Raspberry Pi OS and of Debian


def config_value(text, word):
    """config.txt has `kernel=NAME`, but `initramfs NAME followkernel`."""
    for line in text.splitlines():
        words = line.replace("=", " ").split()
        if len(words) > 1 and words[0] == word:
            return words[1]
    raise RuntimeError(f"config.txt names no {word}:\n{text}")


class RaspberryPi3(Machine):
    def __init__(self, number, folder, processes, fleet):
        super().__init__(number, "pi3", folder, processes)
        self.fleet, self.files = fleet, self.folder / f"{self.name}.files"
        # QEMU's USB network card shows a guest no other first byte than this.
        self.mac = "40" + self.mac[2:]

    def power_on(self):
        self.load()
        super().power_on()

    def load(self):
        """The ROM, bootcode.bin and start.elf: from the first DISCOVER until the kernel would start."""
        done = subprocess.run([self.fleet, "--tap", self.tap, "--boards", "pi3:1", "--mac", self.mac, "--start-within", "0s",
                               "--until", "kernel", "--timeout", f"{PATIENCE}s", "--keep", self.files],
                              capture_output=True, text=True, timeout=PATIENCE + 30)
        self.processes.log(f"{self.name}-loader").write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}'s boot loader did not get its files:\n{done.stdout}{done.stderr}")

    def fetched(self):
        return self.files / "pi3-01"

    def arguments(self):
        files = self.fetched()
        config = (files / "config.txt").read_text()
        tree = next(name for name in DEVICE_TREES if (files / name).exists())
        return ["-machine", "raspi3b", "-kernel", str(files / config_value(config, "kernel")),
                "-initrd", str(files / config_value(config, "initramfs")), "-dtb", str(files / tree),
                "-append", (files / "cmdline.txt").read_text().strip(), "-device", f"usb-net,netdev=net0,mac={self.mac}"]
