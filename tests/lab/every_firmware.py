"""Each kind of real firmware that QEMU can run boots a board until Slurm calls it idle; after that it must do a job."""
from lab import ADDRESS
from processes import wait_for
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


IDENTITY = ["etc/machine-id", "etc/ssh/ssh_host_ed25519_key.pub", "etc/hostname"]


def test_a_new_board_takes_a_dead_ones_seat(cluster):
    """It is of another kind, too: OVMF fetches iPXE by HTTP. Name, address, host key and machine-id stay with the seat."""
    dead = cluster.bios if cluster.lab.node_of(cluster.bios) else cluster.boot(17, "bios")[0]
    dead.power_off()
    seat = cluster.lab.node_of(dead)
    files = {file["path"]: file["content"] for file in cluster.head.ask("overlay", seat["name"])["files"]}
    # Until it is missed, it counts as running, and is not replaced.
    wait_for(f"{seat['name']} may be replaced",
             lambda: cluster.head.run("nodes", "replace", seat["name"]).returncode == 0, 90, every=2)
    machine, node = cluster.boot(12, "uefi-http")
    told(cluster, machine, node, "UEFI x64 HTTP", "x86_64")
    assert machine.shows(f"http://{ADDRESS}/snponly.efi"), "EDK2 names the address it boots from"
    assert (node["name"], node["address"], node["number"]) == (seat["name"], seat["address"], seat["number"]), node
    assert cluster.lab.node_of(dead) is None, "the old board is nobody's any more"
    for path in IDENTITY:
        assert cluster.on(machine, f"cat /{path}") == files[path].strip(), path


def test_uefi_arm64(cluster):
    """EDK2, then Debian's signed GRUB."""
    machine, node = cluster.boot(13, "uefi-arm64")
    told(cluster, machine, node, "UEFI arm64 PXE", ARM)


@slow
def test_uefi_arm64_http(cluster):
    """EDK2 fetches a GRUB by HTTP that was made when the image was packed; it goes on by HTTP."""
    machine, node = cluster.boot(16, "uefi-arm64-http")
    told(cluster, machine, node, "UEFI arm64 HTTP", ARM)
    assert machine.shows(f"http://{ADDRESS}/grubaa64-http.efi")


@slow
def test_a_parked_uboot_board_waits_in_its_initramfs(cluster):
    """Its firmware has no screen for words: kernel and initramfs come, which show them, and go on without a reset."""
    cluster.change_joining("approve")
    machine = cluster.alone(18, "uboot")
    node = cluster.parked(machine, seconds=300)
    assert node["name"] not in cluster.slurm.states() and not machine.shows("overlay here")
    cluster.must("nodes", "approve", node["name"])
    told(cluster, machine, cluster.lab.wait_until_idle(machine), "U-Boot arm64", ARM)
    assert machine.console_text().count("Linux version") == 1, "it never started over"
    cluster.change_joining("open")


@slow
def test_uboot_arm64_that_plays_a_uefi_client(cluster):
    """Debian's U-Boot for QEMU as it is: no script for it, so it takes the EFI program, as some boards do."""
    machine, node = cluster.boot(14, "uboot-efi")
    told(cluster, machine, node, "UEFI arm64 PXE", ARM)  # the firmware that asked last, whose files it needs
    assert machine.shows("Filename 'grubaa64.efi'")


@slow
def test_raspberry_pi_3(cluster):
    """What the simulated boot ROM has fetched, QEMU's Raspberry Pi 3 boots: firmware's view and Linux in one node."""
    machine, node = cluster.boot(15, "pi3")
    told(cluster, machine, node, "Raspberry Pi 3", ARM)
    fetched = {file.name for file in machine.fetched().iterdir()}
    assert {"bootcode.bin", "start.elf", "fixup.dat", "config.txt", "cmdline.txt"} <= fetched, fetched
    assert "Raspberry Pi 3" in cluster.on(machine, "tr -d '\\0' </proc/device-tree/model")
