"""Generations as `image build` leaves them, with every file that a board may ask for: names and sizes are real, most bytes are
not. Building images is another suite's matter."""
import hashlib
import json
import random
import subprocess

BOOTED = "2026-01-01T00:00:00Z"
# Bytes of each, in raspi-firmware 1.20240424 and Debian's linux-image 6.12 for arm64.
FIRMWARE = {"bootcode.bin": 52_476, "start.elf": 2_979_264, "fixup.dat": 7_315, "start4.elf": 2_255_648, "fixup4.dat": 5_448}
TREES = {"broadcom/bcm2710-rpi-3-b.dtb": 32_753, "broadcom/bcm2710-rpi-3-b-plus.dtb": 33_396,
         "broadcom/bcm2837-rpi-3-b.dtb": 20_318, "broadcom/bcm2837-rpi-3-b-plus.dtb": 20_802,
         "broadcom/bcm2711-rpi-4-b.dtb": 55_989, "broadcom/bcm2712-rpi-5-b.dtb": 78_340,
         "rockchip/rk3399-rock-pi-4a.dtb": 67_402, "nvidia/tegra210-p3450-0000.dtb": 92_216}
BOARDS = {"amd64": ["bios", "uefi"], "arm64": ["pi3", "pi4", "pi5", "u-boot", "uefi", "uefi-http"]}
OVERLAYS = {"overlay_map.dtb": 5_128, "disable-bt.dtbo": 1_073, "dwc2.dtbo": 801}
IMAGE_MAGIC = 56, b"ARM\x64"  # Documentation/arch/arm64/booting.rst: what loaders look for


class Maker:
    """`scale`: all large files that many times smaller, for a thousand boards at once."""

    def __init__(self, images, scale=1):
        self.images, self.scale, self.random = images, scale, random.Random(7)

    def noise(self, size):
        return self.random.randbytes(size)

    def large(self, size):
        return self.noise(size // self.scale)

    def generation(self, number, architecture, root="squashfs", without=()):
        """`without`: files of it that somebody has forgotten."""
        folder = self.images / "compute" / str(number)
        folder.mkdir(parents=True)
        kernel = bytearray(self.large(4_000_000))
        if architecture == "arm64":
            kernel[IMAGE_MAGIC[0]:IMAGE_MAGIC[0] + 4] = IMAGE_MAGIC[1]
            self.boot_files(folder / "boot")
        (folder / "kernel").write_bytes(kernel)
        (folder / "initramfs").write_bytes(self.large(3_000_000))
        digest = self.root(folder, root)
        for name in without:
            (folder / name).unlink()
        (folder / "manifest.json").write_text(json.dumps({
            "image": "compute", "number": number, "architecture": architecture, "root": root, "digest": digest,
            "boards": BOARDS[architecture], "kernel_version": "6.12", "origin": "the fleet's tests", "bytes": 1, "created": BOOTED,
            "created_unix": 1767225600}))

    def boot_files(self, boot):
        files = {f"firmware/{name}": size // self.scale for name, size in FIRMWARE.items()}
        files |= {f"dtbs/{name}": size for name, size in TREES.items()}
        files |= {f"overlays/{name}": size for name, size in OVERLAYS.items()}
        files |= {"grubaa64.efi": 1_600_000 // self.scale, "grubaa64-http.efi": 620_000 // self.scale}
        for name, size in files.items():
            path = boot / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.noise(size))

    def root(self, folder, kind):
        """A few hundred files; their digest, for a squashfs."""
        tree = folder / "root"
        for number in range(300):
            path = tree / f"usr/lib/part{number % 20}/{number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.noise(80_000 // self.scale))
        if kind == "tree":
            return "0" * 64  # of a tar of it; a node does not look at that
        packed = folder / "root.squashfs"
        subprocess.run(["mksquashfs", str(tree), str(packed), "-quiet", "-no-progress", "-comp", "zstd"], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["rm", "-r", str(tree)], check=True)
        return hashlib.sha256(packed.read_bytes()).hexdigest()

    def activate(self, **numbers):
        """amd64=1, arm64=2"""
        lines = "".join(f"{architecture} {number}\n" for architecture, number in numbers.items())
        new = self.images / "compute/active.new"
        new.write_text(lines)
        new.rename(self.images / "compute/active")
