"""Each kind of board from its first DHCP packet to its initramfs: every name its firmware asks for, in its order
(NETBOOT-FACTS sections 2 to 5), with what must come and what must be missed, quickly and without a word."""
import contextlib
import json
import re
import shutil
import socket
import struct
import subprocess
import time

from board import DISCOVER, UEFI_X64, Board
from boots import overlay
from place import HEAD, an_image, eventually, namespace

PXE = b"PXEClient:Arch:00000:UNDI:002001"
PI3_LIST, PI4_LIST = bytes([43, 60, 67, *range(128, 136), 66]), bytes([1, 3, 43, 60, 66, 67, *range(128, 136)])
MISS = None
LABEL = "compute/2"
FILES = {  # of the generation for arm64, below boot/
    "firmware/bootcode.bin": b"the boot code", "firmware/start.elf": b"start" * 400, "firmware/fixup.dat": b"fixup",
    "firmware/start4.elf": b"start4" * 4000, "firmware/fixup4.dat": b"fixup4", "grubaa64.efi": b"MZ GRUB",
    "grubaa64-http.efi": b"MZ GRUB with http",
    "dtbs/broadcom/bcm2710-rpi-3-b.dtb": b"tree 3", "dtbs/broadcom/bcm2711-rpi-4-b.dtb": b"tree 4",
    "dtbs/broadcom/bcm2712-rpi-5-b.dtb": b"tree 5", "dtbs/rockchip/rk3399-rock-pi-4a.dtb": b"tree rock",
    "overlays/overlay_map.dtb": b"map", "overlays/bcm2712d0.dtbo": b"d0"}


def pi_options(fourcc, mac, serial):
    tail = bytes.fromhex(mac.replace(":", ""))[2:]
    return {55: PI4_LIST, 60: PXE, 93: b"\0\0", 94: b"\1\2\1",
            97: b"\0" + fourcc + struct.pack("<I", 0xc03114) + tail + struct.pack("<I", serial)}


PI3 = "b8:27:eb:00:00:03", 0x33334444
PI4 = "dc:a6:32:00:00:04", 0x1234abcd
PI5 = "2c:cf:67:00:00:05", 0x00000055
ROCK, ARM_PC, WEB_PC = "02:51:00:00:00:07", "52:54:00:ab:00:08", "52:54:00:ab:00:09"
PI3_ROM = {55: PI3_LIST, 60: PXE, 93: b"\0\0", 94: b"\1\2\1", 97: b"\0" + b"\x44" * 16}
PI3_BOOTCODE = PI3_ROM | {55: PI3_LIST + b"\1\3", 97: b"\0" + struct.pack("<I", PI3[1]) * 4}
U_BOOT = {57: struct.pack(">H", 576), 60: b"U-Boot.armv8", 93: b"\0\x16", 94: b"\1\0\0"}
UEFI_ARM64 = UEFI_X64 | {60: b"PXEClient:Arch:00011:UNDI:003000", 93: b"\0\x0b"}
HTTP_ARM64 = UEFI_X64 | {60: b"HTTPClient:Arch:00019:UNDI:003000", 93: b"\0\x13"}


@contextlib.contextmanager
def images(site, boot_files=FILES):
    """One image of two architectures, as `image build` leaves it: generation 1 for amd64, 2 for arm64."""
    an_image(site.state)
    first, second = site.state / "images/compute/1", site.state / LABEL.replace("compute", "images/compute")
    shutil.copytree(first, second)
    (second / "manifest.json").write_text(json.dumps(
        json.loads((first / "manifest.json").read_text()) | {"number": 2, "architecture": "arm64"}))
    for name, content in {"../kernel": b"arm64 kernel" * 9000, "../initramfs": b"arm64 initramfs" * 500, **boot_files}.items():
        file = second / "boot" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    activate(site, "amd64 1\narm64 2\n")
    try:
        yield second
    finally:
        shutil.rmtree(site.state / "images/compute")


def activate(site, lines):
    """As the store does it: a new file in the place of the old one."""
    folder = site.state / "images/compute"
    (folder / ".active").write_text(lines)
    (folder / ".active").rename(folder / "active")


class Tftp:
    """Boot firmware's TFTP: one source port per request, tsize and blksize as given."""
    def __init__(self, address, options):
        self.address, self.options = address, options

    def ask(self, name, probe=False):
        """The file's bytes; none when it is missed. A probe breaks off at the first answer, as a Pi's does."""
        with namespace("client"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            sock.bind((self.address, 0))
            sock.settimeout(5)
            sock.sendto(b"\0\1" + name.encode() + b"\0octet\0" + self.options, (HEAD, 69))
            return self.receive(sock, probe)

    def receive(self, sock, probe):
        content, size, expected = b"", 512, 1
        while True:
            packet, server = sock.recvfrom(4096)
            kind, number = struct.unpack(">HH", packet[:4])
            if kind == 5:
                assert number == 1, packet
                return MISS
            if probe:
                sock.sendto(b"\0\5\0\0Early terminate\0", server)
                return b""
            if kind == 6:
                words = packet[2:].split(b"\0")
                agreed = dict(zip(words[0::2], words[1::2]))
                size, number = int(agreed.get(b"blksize", 512)), 0
            elif number == expected:
                content, expected = content + packet[4:], expected + 1
            sock.sendto(struct.pack(">HH", 4, number), server)
            if kind == 3 and len(packet) < size + 4:
                return content

    def follow(self, steps):
        """Asks for one name after the other; what a text step brings is returned."""
        texts = {}
        for name, wanted in steps:
            got = self.ask(name, probe=wanted == "probe")
            if wanted == "probe":
                assert got == b"", name
            elif wanted == "text":
                assert got, name
                texts[name.rsplit("/", 1)[-1]] = got.decode()
            else:
                assert got == wanted, (name, got and got[:60], wanted and wanted[:60])
        return texts


def modern(address):
    return Tftp(address, b"tsize\0000\0blksize\0001468\0")


def of(name):
    return FILES[name]


def kernel(folder):
    return (folder / "kernel").read_bytes()


def initramfs(folder):
    return (folder / "initramfs").read_bytes()


def the_node(site, mac):
    return {node["mac"]: node for node in site.head.nodes()}[mac]


def reaches(site, mac, stage):
    eventually(f"{mac} is at {stage}", lambda: the_node(site, mac)["stage"] == stage, 5)


def new_lines(site, before):
    return site.log().splitlines()[before:]


def check_quiet(site, before, most):
    """A boot's misses leave no line: what there is tells steps of the boot."""
    lines = new_lines(site, before)
    assert len(lines) <= most, "\n".join(lines)
    for word in ("recovery", "armstub", "dt-blob", "not found", "pieeprom", "default-arm"):
        assert not any(word in line for line in lines), (word, lines)


def check_cmdline(text, mac):
    assert text.count("\n") == 1 and text.endswith("\n")
    for word in (f"rootstock.head={HEAD}", f"rootstock.boot={LABEL}", f"rootstock.mac={mac}", "cgroup_enable=memory",
                 "cgroup_memory=1", "console=serial0,115200"):
        assert word in text.split(), (word, text)


def check_config(text):
    lines = text.splitlines()
    for line in ("arm_64bit=1", "kernel=kernel8.img", "initramfs initramfs8 followkernel", "enable_uart=1"):
        assert line in lines, text
    assert "upstream_kernel=1" not in lines


def test_a_pi_4(site):
    mac, serial = PI4
    root = f"{serial:08x}/"
    with images(site) as folder, Board(mac) as board:
        before = len(site.log().splitlines())
        board.take_address(board.lease(pi_options(b"RPi4", mac, serial)))
        texts = modern(board.address).follow([
            (root + "start4.elf", "probe"), (root + "config.txt", "text"), (root + "pieeprom.sig", MISS), (root + "vl805.sig", MISS),
            (root + "recover4.elf", MISS), (root + "recovery.elf", MISS), (root + "start4.elf", of("firmware/start4.elf")),
            (root + "fixup4.dat", of("firmware/fixup4.dat")), (root + "recovery.elf", MISS), (root + "config.txt", "probe"),
            (root + "/config.txt", "text"), (root + "dt-blob.bin", MISS), (root + "bootcfg.txt", MISS),
            (root + "bcm2711-rpi-4-b.dtb", "probe"), (root + "bcm2711-rpi-4-b.dtb", of("dtbs/broadcom/bcm2711-rpi-4-b.dtb")),
            (root + "/overlays/overlay_map.dtb", of("overlays/overlay_map.dtb")), (root + "overlays/none.dtbo", MISS),
            (root + "cmdline.txt", "text"), (root + "recovery8.img", MISS), (root + "kernel8.img", "probe")])
        check_config(texts["config.txt"])
        check_cmdline(texts["cmdline.txt"], mac)
        node = the_node(site, mac)
        assert node["stage"] == "loader", "a probe of the kernel is no step"
        assert (node["dialect"], node["architecture"], node["serial"]) == ("Raspberry Pi 4", "arm64", f"{serial:08x}"), node
        modern(board.address).follow([(root + "kernel8.img", kernel(folder)), (root + "initramfs8", initramfs(folder)),
                                      (root + "armstub8-gic.bin", MISS)])
        reaches(site, mac, "initramfs")
        assert overlay(site, board.address, "900-990")[0] == 200
        check_quiet(site, before, 10)


def test_a_root_is_one_boards_own(site):
    """By serial, by MAC, without prefix; never another's, and in the case that the board writes."""
    mac, serial = PI4
    with images(site), Board(mac) as board:
        board.take_address(board.lease(pi_options(b"RPi4", mac, serial)))
        start = of("firmware/start4.elf")
        modern(board.address).follow([
            ("start4.elf", start), (mac.replace(":", "-") + "/start4.elf", start), (f"{serial:08x}//start4.elf", start),
            (f"{serial + 1:08x}/start4.elf", MISS), ("dc-a6-32-00-00-05/start4.elf", MISS), (f"{serial:08X}/start4.elf", MISS),
            (f"{serial:08x}/START4.ELF", MISS), (f"{serial:08x}/manifest.json", MISS), (f"{serial:08x}/root.squashfs", MISS)])
        assert Tftp("10.77.0.2", b"").ask("start4.elf") is MISS, "an address of no board"
        for name, wanted in ((f"{serial:08x}/start4.elf", start), ("bootcode.bin", of("firmware/bootcode.bin"))):
            got = site.client("curl", "-sS", "--fail", "--interface", board.address, f"http://{HEAD}/{name}", text=False)
            assert got.stdout == wanted, name
        got = site.client("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--interface", board.address,
                          f"http://{HEAD}/{serial + 1:08x}/start4.elf")
        assert got.stdout == "404"


def test_a_pi_5(site):
    mac, serial = PI5
    root = f"{serial:08x}/"
    with images(site) as folder, Board(mac) as board:
        before = len(site.log().splitlines())
        board.take_address(board.lease(pi_options(b"RPi5", mac, serial)))
        texts = modern(board.address).follow([
            (root + "config.txt", "probe"), (root + "pieeprom.sig", MISS), (root + "/config.txt", "text"), (root + "/config.txt", "text"),
            (root + "boot.img", MISS), (root + "boot.sig", MISS), (root + "kernel8.img", "probe"),
            (root + "bcm2712-rpi-5-b.dtb", of("dtbs/broadcom/bcm2712-rpi-5-b.dtb")), (root + "initramfs8", initramfs(folder)),
            (root + "overlays/overlay_map.dtb", of("overlays/overlay_map.dtb")),
            (root + "overlays/bcm2712d0.dtbo", of("overlays/bcm2712d0.dtbo")), (root + "/cmdline.txt", "text"),
            (root + "armstub8-2712.bin", MISS), (root + "kernel8.img", kernel(folder))])
        check_config(texts["config.txt"])
        check_cmdline(texts["cmdline.txt"], mac)
        assert overlay(site, board.address, "900-990")[0] == 200
        check_quiet(site, before, 10)


@contextlib.contextmanager
def card_of(site, mac):
    """The client's card with a board's own MAC: the head pins the addresses of some boards to theirs."""
    usual = site.client("cat", "/sys/class/net/eth0/address").stdout.strip()
    site.client("ip", "link", "set", "eth0", "address", mac)
    try:
        yield
    finally:
        site.client("ip", "link", "set", "eth0", "address", usual)
        for what in ((), ("nud", "permanent")):
            subprocess.run(["ip", "neighbour", "flush", "dev", "eth1", *what], check=True)


def test_a_pi_3_from_the_offer_alone(site):
    mac, serial = PI3
    root = f"{serial:08x}/"
    with images(site) as folder, card_of(site, mac), Board(mac) as board:
        before = len(site.log().splitlines())
        asked = time.monotonic()
        offer = board.ask(DISCOVER, PI3_ROM, flags=0x8000)
        assert offer and offer.kind == "OFFER" and time.monotonic() - asked >= 0.9, "its ROM misses what comes at once"
        board.take_address(offer)
        rom = Tftp(board.address, b"")
        rom.follow([("bootcode.bin", of("firmware/bootcode.bin")), ("bootsig.bin", MISS)])
        again = board.ask(DISCOVER, PI3_BOOTCODE)
        assert again and again.address == offer.address, "bootcode.bin asks anew"
        texts = Tftp(board.address, b"tsize\0000\0").follow([
            (root + "start.elf", "probe"), (root + "autoboot.txt", MISS), (root + "config.txt", "text"), (root + "recovery.elf", MISS),
            (root + "start.elf", of("firmware/start.elf")), (root + "fixup.dat", of("firmware/fixup.dat"))])
        check_config(texts["config.txt"])
        texts = modern(board.address).follow([
            (root + "recovery.elf", MISS), *[(root + "config.txt", "text")] * 5, (root + "dt-blob.bin", MISS), (root + "bootcfg.txt", MISS),
            *[(root + "bcm2710-rpi-3-b.dtb", of("dtbs/broadcom/bcm2710-rpi-3-b.dtb"))] * 2, (root + "cmdline.txt", "text"),
            (root + "recovery8.img", MISS), (root + "kernel8.img", "probe"), (root + "kernel8.img", kernel(folder)),
            (root + "initramfs8", initramfs(folder)), (root + "armstub8.bin", MISS)])
        check_cmdline(texts["cmdline.txt"], mac)
        reaches(site, mac, "initramfs")
        assert overlay(site, board.address, "900-990")[0] == 200, "a boot from the OFFER is a boot that the head has watched"
        assert the_node(site, mac)["serial"] == f"{serial:08x}"
        check_quiet(site, before, 14)


def test_u_boot(site):
    dashes = ROCK.replace(":", "-")
    with images(site) as folder, Board(ROCK) as board:
        before = len(site.log().splitlines())
        assert board.lease(U_BOOT).boot_file == ""
        board.take_address(board.lease(U_BOOT))
        u_boot = Tftp(board.address, b"timeout\0005\0blksize\0001468\0")
        text = u_boot.follow([(f"pxelinux.cfg/01-{dashes}", "text")])[f"01-{dashes}"]
        said = dict(line.split(None, 1) for line in text.splitlines() if line.startswith("  "))
        assert said["fdtdir"] == "dtbs" and f"rootstock.boot={LABEL}" in said["append"] and "cgroup_enable=memory" in said["append"]
        u_boot.follow([(said["kernel"], kernel(folder)), (said["initrd"], initramfs(folder)),
                       (said["fdtdir"] + "/rockchip/rk3399-rock-pi-4a.dtb", of("dtbs/rockchip/rk3399-rock-pi-4a.dtb"))])
        reaches(site, ROCK, "initramfs")
        assert overlay(site, board.address, "900-990")[0] == 200
        octets = "".join(f"{int(octet):02X}" for octet in board.address.split("."))
        u_boot.follow([(f"pxelinux.cfg/{name}", MISS) for name in
                       [octets[:length] for length in range(8, 0, -1)] + [
                           "01-52-54-00-00-00-01", "default-arm-rk3399-rockpi4-rk3399", "default-arm-rk3399", "default-arm", "default"]])
        u_boot.follow([("boot.scr.uimg", MISS), (f"{octets}.img", MISS), ("dtbs/rockchip/none.dtb", MISS)])
        check_quiet(site, before, 10)


def commands(text):
    """What GRUB would fetch: (protocol, file) of every linux and initrd."""
    return re.findall(r"(?:linux|initrd) \((http|tftp),[0-9.]+\)/(\S+?)(?:;| )", text)


def test_uefi_arm64_by_tftp(site):
    with images(site) as folder, Board(ARM_PC) as board:
        assert board.lease(UEFI_ARM64).boot_file == "grubaa64.efi"
        board.take_address(board.lease(UEFI_ARM64))
        grub = Tftp(board.address, b"blksize\0001024\0tsize\0000\0")
        texts = grub.follow([("grubaa64.efi", "probe"), ("grubaa64.efi", of("grubaa64.efi")), ("/grub/arm64-efi/grub.cfg", MISS),
                             ("/grub/grub.cfg-arm64", MISS), ("/grub/grub.cfg", "text"), ("/grub/node.cfg", "text"),
                             ("/grub/arm64-efi/command.lst", MISS)])
        assert "source $prefix/node.cfg" in texts["grub.cfg"]
        assert f"'rootstock.boot={LABEL}'" in texts["node.cfg"]
        assert commands(texts["node.cfg"]) == [(protocol, f"{LABEL}/{file}") for protocol in ("http", "tftp")
                                               for file in ("kernel", "initramfs")], texts["node.cfg"]
        for name, wanted in (("kernel", kernel(folder)), ("initramfs", initramfs(folder))):
            assert site.client("curl", "-sS", "--interface", board.address, f"http://{HEAD}/{LABEL}/{name}", text=False).stdout == wanted
        reaches(site, ARM_PC, "initramfs")


def test_uefi_arm64_by_http(site):
    with images(site), Board(WEB_PC) as board:
        ack = board.lease(HTTP_ARM64)
        assert ack.boot_file == f"http://{HEAD}/grubaa64-http.efi" and ack.options[60].startswith(b"HTTPClient"), ack.options
        board.take_address(ack)
        header = site.client("curl", "-sS", "--head", "--interface", board.address, ack.boot_file).stdout.lower()
        assert "content-type: application/efi" in header and f"content-length: {len(of('grubaa64-http.efi'))}" in header, header
        assert the_node(site, WEB_PC)["stage"] == "dhcp", "to ask for the size is no step"
        assert site.client("curl", "-sS", "--interface", board.address, ack.boot_file, text=False).stdout == of("grubaa64-http.efi")
        assert the_node(site, WEB_PC)["stage"] == "loader"
        assert "node.cfg" in site.client("curl", "-sS", "--interface", board.address, f"http://{HEAD}/grub/grub.cfg").stdout


def test_programs_get_a_boards_files(site):
    mac, serial = PI4
    name, wanted = f"{serial:08x}/start4.elf", of("firmware/start4.elf")
    with images(site), Board(mac) as board:
        board.take_address(board.lease(pi_options(b"RPi4", mac, serial)))
        # These programs cannot choose their own address: for this once, the board's is the only one.
        site.client("ip", "address", "flush", "dev", "eth0")
        site.client("ip", "address", "add", f"{board.address}/24", "dev", "eth0")
        try:
            for argv in (["tftp", "-m", "binary", HEAD, "-c", "get", name, "@"],
                         ["atftp", "--get", "--tftp-timeout", "3", "--option", "blksize 1428", "-r", name, "-l", "@", HEAD],
                         ["curl", "-sS", f"tftp://{HEAD}/{name}", "-o", "@"]):
                target = site.fresh("download") / "got"
                done = site.client(*[word.replace("@", str(target)) for word in argv])
                assert done.returncode == 0 and target.read_bytes() == wanted, (argv, done.stderr)
        finally:
            site.reset_client_address()


def test_half_a_root_is_none_and_one_line_says_why(site):
    mac, serial = PI4
    boot_files = {name: content for name, content in FILES.items() if name != "firmware/fixup4.dat"}
    with images(site, boot_files) as folder, Board(mac) as board:
        board.take_address(board.lease(pi_options(b"RPi4", mac, serial)))
        before = len(site.log().splitlines())
        pi = modern(board.address)
        names = [f"{serial:08x}/{name}" for name in ("start4.elf", "config.txt", "kernel8.img", "cmdline.txt")] + ["start4.elf", "config.txt"]
        for _ in range(200):  # as fast as they go: firmware of 2019 tries again every 15 ms
            pi.follow([(name, MISS) for name in names])
        lines = new_lines(site, before)
        assert len(lines) <= 4, lines  # two more that its story has: the files that it could not do without
        told = [line for line in lines if "cannot boot" in line]
        assert len(told) == 1 and all(words in told[0] for words in ("boot/firmware/fixup4.dat", "pi-debian", LABEL)), lines
        assert "fixup4.dat" in the_node(site, mac)["trouble"]
        assert "fixup4.dat" in " ".join(site.head.ask("explain", mac)["why"])
        shutil.rmtree(folder)
        activate(site, "amd64 1\n")


def test_an_architecture_without_a_generation(site):
    with images(site), Board(ARM_PC) as board, Board(ROCK) as rock:
        shutil.rmtree(site.state / "images/compute/2")
        activate(site, "amd64 1\n")
        board.take_address(board.lease(UEFI_ARM64))
        before = len(site.log().splitlines())
        grub = modern(board.address)
        assert "arm64" in grub.follow([("grub/node.cfg", "text")])["node.cfg"], "said on the board's screen"
        grub.follow([("grubaa64.efi", MISS)])
        assert [line for line in new_lines(site, before) if "arm64" in line], "and in the log"
        assert "arm64" in the_node(site, ARM_PC)["trouble"]
        rock.take_address(rock.lease(U_BOOT))
        modern(rock.address).follow([(f"pxelinux.cfg/01-{ROCK.replace(':', '-')}", MISS)])
        assert the_node(site, ROCK)["boots"] == ""


def test_explain_of_every_kind(site):
    with images(site):
        for word, name in (("pi3", "bootcode.bin"), ("pi4", "SERIAL/start4.elf"), ("pi5", "SERIAL/kernel8.img"), ("uboot", "dtbs/*"),
                           ("uefi-arm64", "grub/node.cfg"), ("http-arm64", "grubaa64-http.efi")):
            said = site.head.ask("explain", "02:00:00:00:00:42", "--firmware", word)
            assert name in said["files"] and said["generation"] == LABEL and said["architecture"] == "arm64", said
            assert said["quirks"] and said["why"], said
        assert site.head.ask("explain", "02:00:00:00:00:42", "--firmware", "bios")["generation"] == "compute/1"
    shown = site.head.run("nodes").stdout
    assert "Raspberry Pi 4" in shown and "arm64 Raspberry" not in shown and f"{PI4[1]:08x}" in shown, shown
    assert site.head.run("explain", "02:00:00:00:00:42", "--firmware", "pi6").returncode != 0
