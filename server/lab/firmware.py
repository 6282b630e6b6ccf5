"""What a virtual board is made of: which QEMU machine, which firmware, and how that comes to boot from the network."""
import os
import platform
import shutil
import struct
import zlib
from pathlib import Path
from typing import Callable, NamedTuple

OVMF, AAVMF = Path("/usr/share/OVMF"), Path("/usr/share/AAVMF")
UBOOT = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
FLASH_BANK = 64 << 20  # of QEMU's machine "virt"
UBOOT_ENVIRONMENT = 0x40000  # CONFIG_ENV_SIZE of U-Boot's qemu_arm64_defconfig

# U-Boot's distro boot asks by PXE only where "pxe" is among the targets; boards have it there, Debian's build for QEMU has
# not. These are the words of include/config_distro_bootcmd.h. A place for a device tree makes it follow `fdtdir` too.
UBOOT_BOOTS_BY_PXE = {
    "bootcmd": "for target in ${boot_targets}; do run bootcmd_${target}; done",
    "boot_targets": "pxe",
    "bootcmd_pxe": "pci enum; dhcp; if pxe get; then pxe boot; fi",
    "autoload": "no",
    "bootdelay": "0",
    "pxefile_addr_r": "0x40300000",
    "kernel_addr_r": "0x40400000",
    "fdt_addr_r": "0x43f00000",
    "ramdisk_addr_r": "0x44000000",
    "fdt_high": "0xffffffffffffffff",
    "initrd_high": "0xffffffffffffffff",
}


def accelerator(architecture):
    """KVM only where this CPU can run such guests by itself; some virtual machines offer a /dev/kvm that cannot."""
    flags = Path("/proc/cpuinfo").read_text().split()
    if (architecture == platform.machine() == "x86_64" and os.access("/dev/kvm", os.R_OK | os.W_OK)
            and {"vmx", "svm"} & set(flags)):
        return "kvm"
    return "tcg,thread=multi"


def flash(unit, file, read_only=False):
    return ["-drive", f"if=pflash,unit={unit},format=raw,file={file}" + (",readonly=on" if read_only else "")]


def pc(machine, options=""):
    return ["-machine", "q35" + options, "-smp", "1", "-vga", "std"]


def bios(machine):
    """SeaBIOS, whose screen without graphics is the serial console; then iPXE from the card's ROM, and all of it again
    when there was nothing to boot from."""
    return pc(machine, ",graphics=off") + ["-boot", "reboot-timeout=1000"] + machine.card("virtio-net-pci", "bootindex=1")


def uefi(machine):
    """EDK2's own PXE: there is no iPXE in the card's ROM to forestall it."""
    code = next(OVMF / name for name in ("OVMF_CODE_4M.fd", "OVMF_CODE.fd") if (OVMF / name).exists())
    variables = machine.folder / f"{machine.name}.vars"
    shutil.copyfile(str(code).replace("CODE", "VARS"), variables)
    return (pc(machine) + flash(0, code, read_only=True) + flash(1, variables)
            + machine.card("virtio-net-pci", "bootindex=1,romfile="))


# EDK2 tries PXE over IPv4 and IPv6 for two minutes before HTTP, unless it is told to leave them out.
WITHOUT_PXE = [word for name in ("IPv4PXESupport", "IPv6PXESupport")
               for word in ("-fw_cfg", f"name=opt/org.tianocore/{name},string=n")]


def uefi_http(machine):
    return uefi(machine) + WITHOUT_PXE


def virt(machine):
    return ["-machine", "virt", "-cpu", "cortex-a72", "-smp", "1"]


def uefi_arm64(machine):
    """EDK2 for arm64."""
    variables = machine.folder / f"{machine.name}.vars"
    shutil.copyfile(AAVMF / "AAVMF_VARS.fd", variables)
    return (virt(machine) + flash(0, AAVMF / "AAVMF_CODE.fd", read_only=True) + flash(1, variables)
            + machine.card("virtio-net-pci", "bootindex=1,romfile="))


def uefi_arm64_http(machine):
    return uefi_arm64(machine) + WITHOUT_PXE


def uboot_environment(words):
    """As `saveenv` leaves it in flash: a checksum, the words, zeros."""
    text = b"".join(f"{name}={value}\0".encode() for name, value in words.items())
    text = text.ljust(UBOOT_ENVIRONMENT - 4, b"\0")
    return struct.pack("<I", zlib.crc32(text)) + text


def uboot(machine):
    """U-Boot that asks for pxelinux.cfg, as boards with an SPI flash do."""
    environment = machine.folder / f"{machine.name}.env"
    environment.write_bytes(uboot_environment(UBOOT_BOOTS_BY_PXE | {"ethaddr": machine.mac}))
    os.truncate(environment, FLASH_BANK)
    return (virt(machine) + ["-bios", str(UBOOT)] + flash(1, environment)
            + machine.card("virtio-net-pci", "romfile="))


def uboot_efi(machine):
    """U-Boot as Debian builds it for QEMU: it looks for a script, then plays a UEFI PXE client. (It reads six times the first
    byte as the address of a virtio card, and of an e1000 the right one.)"""
    return virt(machine) + ["-bios", str(UBOOT)] + machine.card("e1000", "romfile=")


class Firmware(NamedTuple):
    architecture: str  # Debian's word
    arguments: Callable  # Machine -> QEMU's arguments

    @property
    def qemu(self):
        return {"amd64": "x86_64", "arm64": "aarch64"}[self.architecture]


FIRMWARE = {
    "bios": Firmware("amd64", bios),
    "uefi": Firmware("amd64", uefi),
    "uefi-http": Firmware("amd64", uefi_http),
    "uefi-arm64": Firmware("arm64", uefi_arm64),
    "uefi-arm64-http": Firmware("arm64", uefi_arm64_http),
    "uboot": Firmware("arm64", uboot),
    "uboot-efi": Firmware("arm64", uboot_efi),
    "pi3": Firmware("arm64", None),  # raspberry.RaspberryPi3 knows
}
