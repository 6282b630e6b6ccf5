"""Images made by the real program: the recipe for Raspberry Pi OS against a small repository of the same packages, layout and
dependencies; a disk image; what a killed import leaves. All packages are made here, so that nothing is downloaded; none of
their programs runs."""
import gzip
import json
import os
import re
import shutil
import signal
import struct
import subprocess
from pathlib import Path

from place import FOLDER, SOURCES, eventually

VERSION = "6.12.25+rpt-rpi-v8"
BUILTIN = ("net/packet/af_packet", "fs/nfs/nfsv4", "drivers/block/loop", "fs/squashfs/squashfs", "drivers/net/ethernet/cadence/macb",
           "drivers/net/ethernet/broadcom/genet/genet", "drivers/mfd/rp1", "drivers/pinctrl/pinctrl-rp1", "drivers/clk/clk-rp1")
TREES = ("bcm2710-rpi-3-b", "bcm2710-rpi-3-b-plus", "bcm2710-rpi-cm3", "bcm2711-rpi-4-b", "bcm2711-rpi-cm4", "bcm2712-rpi-5-b",
         "bcm2712d0-rpi-5-b", "bcm2712-rpi-cm5-cm5io")
FIRMWARE = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat", "start_cd.elf", "LICENCE.broadcom")
WORK = FOLDER / "images-work"


def kernel():
    """An arm64 Image: the header that boot loaders look at (Documentation/arch/arm64/booting), and some bytes."""
    head = struct.pack("<IIQQQ", 0x91005A4D, 0x14000000, 0, 1 << 20, 0xA) + bytes(24) + b"ARM\x64" + bytes(4)
    return head + bytes(range(256)) * 4096


def static_program():
    """The header of an arm64 program that needs no interpreter."""
    return b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0) + \
        struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 120, 120, 4096)


def deb(repository, name, version, files, depends="", architecture="arm64"):
    """`files`: what they hold by their paths; text is what a link leads to."""
    folder = WORK / "deb"
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            (folder / path).symlink_to(content)
            continue
        (folder / path).write_bytes(content)
        if path.startswith(("bin/", "usr/bin/", "usr/sbin/", "etc/kernel/")):
            (folder / path).chmod(0o755)
    (folder / "DEBIAN").mkdir(parents=True)
    (folder / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Nobody <nobody@example.org>\n" +
        (f"Depends: {depends}\n" if depends else "") + "Description: made by a test\n")
    repository.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(folder), str(repository)], check=True,
                   capture_output=True)


def index(repository):
    done = subprocess.run(["apt-ftparchive", "packages", "."], cwd=repository, check=True, capture_output=True)
    (repository / "Packages").write_bytes(done.stdout)


def debian(repository):
    """As much of Debian as an image is checked for."""
    deb(repository, "base-files", "12.4", {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib"})
    deb(repository, "systemd-sysv", "252.1", {"usr/sbin/init": b"#!/bin/sh\n"}, "systemd, base-files")
    deb(repository, "systemd", "252.1", {"usr/lib/systemd/systemd": b"a program"})
    deb(repository, "busybox-static", "1:1.35.0-4", {"usr/bin/busybox": static_program()})
    index(repository)


def raspberry_pi_os(repository):
    """As its archive has them: a meta package, a kernel whose file is packed, downstream names of device trees, overlays."""
    trees, modules = f"usr/lib/linux-image-{VERSION}", f"lib/modules/{VERSION}"
    files = {f"boot/vmlinuz-{VERSION}": gzip.compress(kernel(), mtime=0), f"boot/config-{VERSION}": b"CONFIG_RD_ZSTD=y\n",
             f"{modules}/modules.order": b"", f"{modules}/modules.builtin.modinfo": b"",
             f"{modules}/modules.builtin": "".join(f"kernel/{name}.ko\n" for name in (*BUILTIN, "fs/overlayfs/overlay")).encode(),
             f"{trees}/overlays/overlay_map.dtb": b"map", f"{trees}/overlays/disable-bt.dtbo": b"no bluetooth",
             f"{trees}/overlays/README": b"read me", "usr/share/doc/linux/changelog.gz": b"long"}
    files |= {f"{trees}/broadcom/{name}.dtb": f"tree {name}".encode() for name in TREES}
    deb(repository, f"linux-image-{VERSION}", "1:6.12.25-1+rpt1", files, "kmod | systemd, linux-base")
    deb(repository, "linux-base", "4.12", {"usr/bin/linux-version": b"#!/bin/sh\n"}, architecture="all")
    deb(repository, "linux-image-rpi-v8", "1:6.12.25-1+rpt1", {}, f"linux-image-{VERSION} (= 1:6.12.25-1+rpt1)")
    deb(repository, "raspi-firmware", "1:1.20250430-1",
        {f"usr/lib/raspi-firmware/{name}": f"firmware {name}".encode() for name in FIRMWARE} |
        {"etc/kernel/postinst.d/z50-raspi-firmware": b"#!/bin/sh\nexit 1\n"}, "linux-base", "all")
    index(repository)


def recipe(repository):
    """The recipe that users get, with this test's Debian and no more of its packages than an image must have."""
    text = (SOURCES / "rootfs/recipes/pi-os.toml").read_text()
    text, packages = re.subn(r"(?ms)^packages = \[.*?^\]", 'packages = ["systemd-sysv", "busybox-static"]', text)
    text, variant = re.subn(r'variant = "apt"', 'variant = "extract"', text)
    text, suite = re.subn(r'suite = "host"', f'suite = "bookworm"\nsources = ["deb [trusted=yes] copy:{repository} ./"]', text)
    assert (packages, variant, suite) == (1, 1, 1), text
    file = WORK / "pi-os.toml"
    file.write_text(text)
    return file


def settings(site, more=""):
    return site.settings(state=WORK / "state", more="[slurm]\nenabled = false\n" + more)


def run(site, text, *words, timeout=280):
    file = WORK / "rootstock.toml"
    file.write_text(text)
    return subprocess.run([site.head.rootstock, "--config", str(file), *words], capture_output=True, text=True, timeout=timeout)


def fresh_work():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True, mode=0o755)


def test_pi_os_from_a_repository_of_its_layout(site):
    fresh_work()
    debian(WORK / "debian")
    raspberry_pi_os(WORK / "pi")
    made = recipe(WORK / "debian")

    refused = run(site, settings(site), "image", "build", str(made))
    assert refused.returncode == 1 and '[images.sources]' in refused.stderr and "raspberrypi" in refused.stderr, refused.stderr

    text = settings(site, f'[images.sources]\nraspberrypi = "deb [trusted=yes] copy:{WORK}/pi ./"\n')
    done = run(site, text, "image", "build", str(made), "--json")
    assert done.returncode == 0, done.stderr
    folder = WORK / "state/images/pi-os/1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["architecture"] == "arm64" and manifest["kernel_version"] == VERSION, manifest
    assert (folder / "kernel").read_bytes() == kernel(), "the kernel was not unpacked"
    assert (folder / "boot/firmware/bootcode.bin").read_bytes() == b"firmware bootcode.bin"
    for name in ("start.elf", "fixup.dat", "start4.elf", "fixup4.dat"):
        assert (folder / "boot/firmware" / name).is_file(), name
    for name in TREES:
        assert (folder / f"boot/dtbs/broadcom/{name}.dtb").read_bytes() == f"tree {name}".encode(), name
    assert (folder / "boot/overlays/overlay_map.dtb").is_file() and (folder / "boot/overlays/disable-bt.dtbo").is_file()
    listed = subprocess.run(["unsquashfs", "-l", "-d", "", str(folder / "root.squashfs")], capture_output=True, text=True).stdout
    for gone in ("z50-raspi-firmware", "/usr/lib/raspi-firmware/", "/usr/lib/linux-image-", "/boot/vmlinuz", "changelog.gz"):
        assert gone not in listed, gone
    assert f"/usr/lib/modules/{VERSION}/modules.builtin" in listed, listed
    boards = run(site, text, "image", "show", "pi-os", "--json")
    assert boards.returncode == 0, boards.stderr
    assert {"pi3", "pi4", "pi5"} <= set(json.loads(boards.stdout)["generations"][0]["boards"]), boards.stdout


def test_a_kernel_that_is_nowhere_is_named(site):
    fresh_work()
    debian(WORK / "debian")
    (WORK / "pi").mkdir()
    index(WORK / "pi")
    text = settings(site, f'[images.sources]\nraspberrypi = "deb [trusted=yes] copy:{WORK}/pi ./"\n')
    done = run(site, text, "image", "build", str(recipe(WORK / "debian")))
    assert done.returncode == 1 and "linux-image-rpi-v8" in done.stderr, done.stderr
    assert not list((WORK / "state/images").glob("*/[0-9]*")), "something was published"


def disk_image(megabytes):
    """A card with Raspberry Pi OS's partitions; the root is full of files, so that copying takes a while."""
    tree, card = WORK / "tree", WORK / "card.img"
    for number in range(megabytes):
        place = tree / f"usr/share/files/{number}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(os.urandom(1 << 20))
    subprocess.run(["sh", "-eu", "-c", f"truncate -s {megabytes + 32}M root.part; mkfs.ext4 -q -d tree root.part;"
                    f"truncate -s {megabytes + 34}M card.img;"
                    f"printf 'label: dos\\nstart=2048,size={(megabytes + 32) * 2048},type=83\\n' | sfdisk -q card.img;"
                    "dd if=root.part of=card.img bs=1M seek=1 conv=notrunc,sparse status=none"], cwd=WORK, check=True,
                   env=os.environ | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    return card


def test_a_killed_import_of_a_disk_image_leaves_no_mount(site):
    fresh_work()
    card = disk_image(200)
    (WORK / "rootstock.toml").write_text(settings(site))

    def attached():
        return str(card) in subprocess.run(["losetup", "--all", "--list", "--output", "BACK-FILE"], capture_output=True, text=True).stdout

    importing = subprocess.Popen([site.head.rootstock, "--config", str(WORK / "rootstock.toml"), "image", "import", "card", str(card)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually("the card's root is mounted", lambda: attached() or importing.poll() is not None)
        assert importing.poll() is None, "the import ended before it could be killed"
        assert str(card) not in Path("/proc/self/mountinfo").read_text(), "the mount is seen outside"
    finally:
        importing.send_signal(signal.SIGKILL)
        importing.wait()
    eventually("the loop device is free", lambda: not attached())
    eventually("the copying ended", lambda: not site.pids(str(WORK / "state/images")))
    # The next one clears what is left, and says what this image lacks.
    again = run(site, settings(site), "image", "import", "card", str(card))
    assert again.returncode == 1, again.stderr
    for word in ("kernel", "busybox-static", "systemd-sysv"):
        assert word in again.stderr, (word, again.stderr)
    assert not list((WORK / "state/images/card").glob(".staging-*")), "a staging folder is left"
