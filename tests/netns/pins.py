"""Boards that answer no ARP while they load: the head knows where they are without asking (NETBOOT-FACTS 1.2)."""
import os
import signal
import subprocess

from board import DISCOVER, Board
from dhcp_packets import Wire
from place import eventually

PI3 = "b8:27:eb:77:00:%02x"
# As the 3B's ROM sends it: 53, 55 = 43,60,67,128..135,66, 93 = 0, 94 = 1.2.1, 97 = sixteen 0x44, 60.
PI3_ROM = {55: bytes([43, 60, 67, *range(128, 136), 66]), 93: b"\0\0", 94: b"\1\2\1", 97: b"\0" + b"\x44" * 16,
           60: b"PXEClient:Arch:00000:UNDI:002001"}


def offered(number):
    """The address that this Pi 3 was offered: all that it ever asks."""
    with Board(PI3 % number) as board, Wire() as wire:
        board.send(board.packet(DISCOVER, PI3_ROM, flags=0))
        hardware, address, offer = wire.answer(board)
        assert (hardware, offer.kind, offer.address) == (board.mac, "OFFER", address)
        return address


def pinned():
    """{address: hardware address} of the kernel's permanent neighbours, those of this file. (A keeper that was killed, as
    other files do, leaves its own behind.)"""
    shown = subprocess.run(["ip", "neighbour", "show", "dev", "eth1", "nud", "permanent"], check=True, capture_output=True,
                           text=True).stdout
    assert all(line.endswith("PERMANENT") for line in shown.replace(" \n", "\n").splitlines()), shown
    return {line.split()[0]: line.split()[2] for line in shown.splitlines() if line.split()[2].startswith("b8:27:eb:77")}


def test_a_pi3_is_a_permanent_neighbour(site):
    address = offered(1)
    assert pinned()[address] == PI3 % 1, pinned()
    assert PI3 % 2 not in pinned().values()


def test_other_boards_are_not_pinned(site):
    with Board("52:54:00:dd:00:01") as board:
        assert board.lease({}).address not in pinned()


def test_a_pin_outlives_the_worker(site):
    address = offered(1)
    worker = site.pids("serve --worker")
    assert len(worker) == 1, worker
    os.kill(worker[0], signal.SIGKILL)
    assert pinned()[address] == PI3 % 1
    eventually("a new worker serves", site.head.answers)
    second = offered(2)
    assert pinned() == {address: PI3 % 1, second: PI3 % 2}


def test_pins_come_back_with_the_link(site):
    address = offered(1)
    subprocess.run(["ip", "link", "set", "eth1", "down"], check=True)
    assert address not in pinned(), "the kernel remembers by itself"
    subprocess.run(["ip", "link", "set", "eth1", "up"], check=True)
    eventually("it is pinned again", lambda: pinned().get(address) == PI3 % 1)


def test_pins_end_with_the_service(site):
    offered(1)
    site.head.stop()
    try:
        assert pinned() == {}, pinned()
    finally:
        site.head.start()
