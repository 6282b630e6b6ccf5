"""Each kind of real firmware that QEMU can run boots a board until Slurm calls it idle; after that it must do a job."""
from lab import ADDRESS
from slow import slow

ARM = "aarch64"


def told(cluster, machine, node, dialect, cpu):
    """The boot was the one that was meant, and the node works."""
    assert node["dialect"] == dialect, node
    assert cluster.on(machine, "uname -m") == cpu
    print(f"    {node['name']} ({node['dialect']}): idle, up after {node['seconds']:.0f} s, {node['bytes']} bytes", flush=True)


def test_uboot_arm64(cluster):
    """pxelinux.cfg/01-MAC, and on with U-Boot's own device tree: the head has none for this board."""
    machine, node = cluster.boot(11, "uboot")
    told(cluster, machine, node, "U-Boot arm64", ARM)


def test_uefi_http(cluster):
    """OVMF fetches iPXE by HTTP."""
    machine, node = cluster.boot(12, "uefi-http")
    told(cluster, machine, node, "UEFI x64 HTTP", "x86_64")
    console = machine.console.read_text(errors="replace")
    assert f"http://{ADDRESS}/snponly.efi" in console, "EDK2 names the address it boots from"


def test_uefi_arm64(cluster):
    """EDK2, then Debian's signed GRUB."""
    machine, node = cluster.boot(13, "uefi-arm64")
    told(cluster, machine, node, "UEFI arm64 PXE", ARM)


def test_uefi_arm64_http(cluster):
    """EDK2 fetches a GRUB by HTTP that was made when the image was packed; it goes on by HTTP."""
    machine, node = cluster.boot(16, "uefi-arm64-http")
    told(cluster, machine, node, "UEFI arm64 HTTP", ARM)
    assert f"http://{ADDRESS}/grubaa64-http.efi" in machine.console.read_text(errors="replace")


@slow
def test_uboot_arm64_that_plays_a_uefi_client(cluster):
    """Debian's U-Boot for QEMU as it is: no script for it, so it takes the EFI program, as some boards do."""
    machine, node = cluster.boot(14, "uboot-efi")
    told(cluster, machine, node, "UEFI arm64 PXE", ARM)  # the firmware that asked last, whose files it needs
    assert "Filename 'grubaa64.efi'" in machine.console.read_text(errors="replace")


@slow
def test_raspberry_pi_3(cluster):
    """What the simulated boot ROM has fetched, QEMU's Raspberry Pi 3 boots: firmware's view and Linux in one node."""
    machine, node = cluster.boot(15, "pi3")
    told(cluster, machine, node, "Raspberry Pi 3", ARM)
    fetched = {file.name for file in machine.fetched().iterdir()}
    assert {"bootcode.bin", "start.elf", "fixup.dat", "config.txt", "cmdline.txt"} <= fetched, fetched
    assert "Raspberry Pi 3" in cluster.on(machine, "tr -d '\\0' </proc/device-tree/model")
