"""Real firmware in QEMU beside another DHCP server: it finds us, and loads from us what comes first."""
import contextlib
import shutil

import network
from cases import Skip
from firmware import FIRMWARE
from machines import Machine
from place import FOLDER, an_image, eventually
from segment import WIRE, dnsmasq, head_beside, segment


@contextlib.contextmanager
def powered_on(site, firmware):
    if not shutil.which(f"qemu-system-{FIRMWARE[firmware].qemu}"):
        raise Skip("no QEMU here: server/packages lab")
    network.socket_on(WIRE, "tap1")
    machine = Machine(1, firmware, site.fresh("machine"), site.processes, memory=512)
    machine.power_on()
    try:
        yield machine
    finally:
        machine.power_off()
        network.ip("link", "del", "tap1")


def boots_from_us(site, firmware, seconds, words, *options):
    """Until the kernel was fetched: a file of this head, by the address that the other server gave."""
    with segment(), dnsmasq(site, *options), head_beside(site) as head:
        an_image(FOLDER / "segment-state")
        before = len(site.log())
        with powered_on(site, firmware) as machine:
            try:
                eventually("it asks for the kernel", lambda: any(
                    node["mac"] == machine.mac and node["stage"] in ("kernel", "initramfs") for node in head.nodes()), seconds)
            except TimeoutError as late:
                raise AssertionError(machine.console_tail(30) + "\n" + site.processes.tail("dnsmasq", 40)) from late
        said = site.log()[before:]
        for word in words:
            assert word in said, (word, said)
        assert any(node["address"].startswith("10.79.0.1") for node in head.nodes()), head.nodes()


def test_an_ipxe_rom(site):
    boots_from_us(site, "bios", 120, ["iPXE: got 10.79.0.1", "iPXE: told to load http://10.79.0.1/boot.ipxe"])


def test_uefi_by_way_of_4011(site):
    boots_from_us(site, "uefi", 240, ["UEFI x64 PXE: got 10.79.0.1", "UEFI x64 PXE: told to load snponly.efi",
                                      "iPXE: got 10.79.0.1"])
