"""`rootstock image` on the real disk, with roots as small as can be: one active generation for each architecture, what is
damaged, what a killed import leaves."""
import io
import json
import shutil
import signal
import struct
import subprocess
import tarfile

from place import FOLDER, eventually

WORK = FOLDER / "generations-work"
MODULES = ("net/packet/af_packet", "fs/nfs/nfsv4", "drivers/block/loop", "fs/squashfs/squashfs", "fs/overlayfs/overlay")
ELF_MACHINE = {"amd64": 62, "arm64": 183}
BOARDS_FILES = {"usr/lib/raspi-firmware/start4.elf": b"start", "usr/lib/raspi-firmware/fixup4.dat": b"fixup",
                "usr/lib/linux-image-6.1.0/broadcom/bcm2711-rpi-4-b.dtb": b"tree",
                "usr/lib/grub/arm64-efi/monolithic/grubnetaa64.efi": b"grub"}


def root(architecture, padding=0):
    """A tarball that makes a node of this architecture; `padding` megabytes keep an import busy for a while."""
    busybox = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, ELF_MACHINE[architecture], 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0) + \
        struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 120, 120, 4096)
    kernel = bytes(56) + b"ARM\x64" + bytes(4) if architecture == "arm64" else b"a kernel"
    files = {"bin/busybox": busybox, "sbin/init": b"", "lib/systemd/systemd": b"", "boot/vmlinuz-6.1.0": kernel,
             "lib/modules/6.1.0/modules.dep": b"",
             "lib/modules/6.1.0/modules.builtin": "".join(f"kernel/{name}.ko\n" for name in MODULES).encode()}
    if architecture == "arm64":
        files |= BOARDS_FILES
    files |= {f"padding/{number}": bytes(1 << 20) for number in range(padding)}
    file = WORK / f"{architecture}.tar"
    with tarfile.open(file, "w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return str(file)


class Images:
    def __init__(self, site):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        self.program = [site.head.rootstock, "--config", str(WORK / "rootstock.toml"), "image"]
        (WORK / "rootstock.toml").write_text(site.settings(state=WORK / "state", more="[slurm]\nenabled = false\n"))
        self.folder = WORK / "state/images/small"

    def run(self, *words):
        return subprocess.run([*self.program, *words], capture_output=True, text=True, timeout=100)

    def ask(self, *words):
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def take(self, architecture):
        return self.ask("import", "small", root(architecture))["generations"][0]

    def active(self):
        return {entry["architecture"]: entry["number"] for entry in self.ask("list")["generations"] if entry["active"]}


def test_each_architecture_has_its_own_generation(site):
    images = Images(site)
    assert images.take("amd64")["boards"] == ["bios", "uefi"]
    arm = images.take("arm64")
    assert arm["boards"] == ["pi4", "u-boot", "uefi"], arm
    assert images.active() == {"amd64": 1, "arm64": 2}
    assert (images.folder / "active").read_text() == "amd64 1\narm64 2\n"
    images.take("amd64")
    assert images.active() == {"amd64": 3, "arm64": 2}
    assert [entry["label"] for entry in images.ask("rollback", "small")["generations"]] == ["small/1"]
    assert images.active() == {"amd64": 1, "arm64": 2}, "the other architecture must keep its own"
    images.ask("activate", "small/3")
    shown = images.run("show", "small").stdout
    assert "small/3 (active)" in shown and "small/2 (active)" in shown, shown
    images.take("arm64")
    assert images.ask("prune", "small", "--keep", "1")["removed"] == ["small/1"], "3 is active; 2 was before 4"
    assert (images.folder / "2/boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb").read_bytes() == b"tree"


def test_a_damaged_generation_is_listed_and_pruned(site):
    images = Images(site)
    for _ in range(2):
        images.take("amd64")
    images.take("amd64")
    (images.folder / "1/manifest.json").write_text("{")
    listed = images.run("list")
    assert listed.returncode == 0 and "small/1 is damaged: " in listed.stdout, listed
    assert [entry["number"] for entry in images.ask("list")["damaged"]] == [1]
    assert images.ask("prune", "small", "--keep", "9")["removed"] == ["small/1"]
    assert images.ask("list")["damaged"] == []


def test_prune_clears_up_after_a_killed_import(site):
    images = Images(site)
    importing = subprocess.Popen([*images.program, "import", "small", root("arm64", padding=300)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually("the import has begun", lambda: list(images.folder.glob(".staging-*/tree/padding/*")))
    assert importing.poll() is None, "the import ended before it could be killed"
    importing.send_signal(signal.SIGKILL)
    importing.wait()
    assert list(images.folder.glob(".staging-*")), "nothing was left: this test shows nothing"
    assert images.ask("prune", "small") == {"removed": [], "bytes": 0, "leftovers": 1}
    assert not list(images.folder.glob(".staging-*"))
