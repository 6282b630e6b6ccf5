"""Beside another DHCP server, a real dnsmasq: it gives the addresses, we say what to boot (mode = "proxy")."""
import contextlib
import functools
import socket
import subprocess

from board import BIOS_ROM, DISCOVER, IPXE, REQUEST, UEFI_X64
from pins import PI3_ROM
from place import eventually, namespace
from segment import HEAD, OTHER, WIRE, Beside, dnsmasq, head_beside, segment

# NETBOOT-FACTS 1.1: what a Pi 4 of today sends; its REQUEST leaves out 55.
PI4 = {55: bytes([1, 3, 43, 60, 66, 67, *range(128, 136)]), 60: b"PXEClient:Arch:00000:UNDI:002001", 93: b"\0\0",
       94: b"\1\2\1", 97: b"\0RPi4" + bytes.fromhex("1431d000") + bytes.fromhex("32aabbcc") + bytes.fromhex("78563412")}
HTTP_X64 = {60: b"HTTPClient:Arch:00016:UNDI:003000", 93: b"\0\x10", 94: b"\1\3\0"}
UBOOT = {57: b"\x02\x40", 93: b"\0\x16", 94: b"\1\0\0", 60: b"U-Boot.armv8"}


class Scene:
    """The wire, the other server and our service."""
    def __init__(self, site, head):
        self.site, self.head = site, head

    def node_of(self, mac):
        return next((node for node in self.head.nodes() if node["mac"] == mac), None)


def on_the_scene(case):
    @functools.wraps(case)
    def run(site):
        with segment(), dnsmasq(site), head_beside(site) as head:
            case(Scene(site, head))
    return run


def leased(board, firmware):
    """An address from the other server: DISCOVER to ACK. Returns our OFFER, and the address."""
    offers = board.answers(DISCOVER, firmware, {HEAD, OTHER})
    assert set(offers) == {HEAD, OTHER}, f"OFFERs came from {set(offers)}"
    address = offers[OTHER].address
    request(board, firmware, address)
    return offers[HEAD], address


def request(board, firmware, address):
    asks = {code: value for code, value in firmware.items() if code != 55}
    asks |= {50: socket.inet_aton(address), 54: socket.inet_aton(OTHER)}
    acks = board.answers(REQUEST, asks, {OTHER})
    assert acks[OTHER].kind == "ACK" and HEAD not in acks, acks
    board.take(address)


def no_address_in(offer):
    assert (offer.kind, offer.address) == ("OFFER", "0.0.0.0")
    assert offer.options[54] == socket.inet_aton(HEAD)
    assert not {1, 3, 51, 58, 59} & set(offer.options), offer.options
    return True


@on_the_scene
def test_a_pi4_hears_its_menu_from_us_and_its_address_from_the_other(scene):
    with Beside("dc:a6:32:79:00:04") as board:
        ours, address = leased(board, PI4)
        assert no_address_in(ours)
        assert b"Raspberry Pi Boot   " in ours.options[43] and ours.options[66] == HEAD.encode()
        assert ours.options[60] == b"PXEClient" and ours.options[97] == PI4[97]
        node = eventually("the node has that address", lambda: (found := scene.node_of(board.mac)) and
                          found["address"] == address and found)
        assert "Raspberry Pi 4" in str(node), node


@on_the_scene
def test_a_bios_rom_is_told_its_file_at_once(scene):
    with Beside("52:54:00:79:00:01") as board:
        ours, address = leased(board, BIOS_ROM)
        assert no_address_in(ours) and ours.boot_file == "undionly.kpxe"
        assert (ours.options[60], ours.options[43][:3]) == (b"PXEClient", b"\6\1\x08")


@on_the_scene
def test_ipxe_goes_on_where_the_rom_ended(scene):
    with Beside("52:54:00:79:00:01") as board:
        leased(board, BIOS_ROM)
        before = scene.node_of(board.mac)
        ours, _ = leased(board_again(board), IPXE)
        assert no_address_in(ours) and ours.boot_file == f"http://{HEAD}/boot.ipxe"
        assert scene.node_of(board.mac)["name"] == before["name"]
        script = board.run("curl", "-sS", "--max-time", "5", ours.boot_file)
        assert script.stdout.startswith("#!ipxe"), script


@on_the_scene
def test_uefi_asks_for_its_file_on_4011(scene):
    with Beside("52:54:00:79:00:07") as board:
        ours, address = leased(board, UEFI_X64)
        assert no_address_in(ours) and ours.boot_file == "" and ours.options[60] == b"PXEClient" and 43 not in ours.options
        for source in (68, 4011):  # PXE 2.1: the answer goes where the question came from
            with contextlib.closing(asker(board, source)) as asking:
                asking.sendto(board.packet(REQUEST, UEFI_X64, client_address=address, flags=0), (HEAD, 4011))
                asking.settimeout(5)
                raw, (server, port) = asking.recvfrom(2048)
            assert (server, port) == (HEAD, 4011)
            ack = type(ours)(raw)
            assert (ack.kind, ack.address, ack.client_address) == ("ACK", "0.0.0.0", address)
            assert ack.boot_file == "snponly.efi" and raw[20:24] == socket.inet_aton(HEAD)
        assert scene.node_of(board.mac)["address"] == address


def asker(board, port):
    with namespace("board"):
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    asking.bind((board.address, port))
    return asking


@on_the_scene
def test_http_boot_is_told_a_whole_address(scene):
    with Beside("52:54:00:79:00:10") as board:
        ours, _ = leased(board, HTTP_X64)
        assert no_address_in(ours) and ours.options[60] == b"HTTPClient" and ours.boot_file == f"http://{HEAD}/snponly.efi"


@on_the_scene
def test_a_pi3_is_known_when_it_asks_for_a_file_and_pinned_while_it_loads(scene):
    """It never says which address it took: the neighbour table does."""
    with Beside("b8:27:eb:79:00:03") as board:
        offers = board.answers(DISCOVER, PI3_ROM, {HEAD, OTHER})
        assert no_address_in(offers[HEAD]) and b"Raspberry Pi Boot   " in offers[HEAD].options[43]
        board.take(offers[OTHER].address)
        board.run("curl", "-sS", "--max-time", "5", f"tftp://{HEAD}/small")
        assert scene.node_of(board.mac)["address"] == board.address
        eventually("it is pinned", lambda: board.mac in pinned())
        request(board_again(board), {60: b"udhcp"}, offers[OTHER].address)
        eventually("its initramfs answers ARP", lambda: board.mac not in pinned())


def board_again(board):
    ip_flush = ["ip", "-n", "board", "address", "flush", "dev", "eth0"]
    subprocess.run(ip_flush, check=True)
    board.xid += 1
    return board


def pinned():
    return subprocess.run(["ip", "neighbour", "show", "dev", WIRE, "nud", "permanent"], check=True, capture_output=True,
                          text=True).stdout


@on_the_scene
def test_the_latest_board_at_an_address_is_the_one(scene):
    with Beside("dc:a6:32:79:00:a0") as first:
        _, address = leased(first, PI4)
        assert scene.node_of(first.mac)["address"] == address
    with Beside("dc:a6:32:79:00:b0") as second:  # switched on when the first was gone, and the address is free again
        second.answers(DISCOVER, PI4, {HEAD})
        second.take(address)
        second.run("curl", "-sS", "--max-time", "5", f"tftp://{HEAD}/small")
        assert scene.node_of(second.mac)["address"] == address
        assert second.run("curl", "-sS", f"http://{HEAD}/node/overlay").returncode == 0
    with Beside("52:54:00:79:00:99") as stranger:
        stranger.take(address)
        stranger.run("curl", "-sS", "--max-time", "5", f"tftp://{HEAD}/small")
        code = stranger.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--local-port", "900-990",
                            f"http://{HEAD}/node/overlay").stdout
        assert code in ("403", "404"), "a stranger at a node's former address got its overlay"


@on_the_scene
def test_those_that_we_cannot_help_hear_one_offer_only(scene):
    before = scene.site.log()
    with Beside("70:b3:d5:79:00:22") as board:
        assert set(board.answers(DISCOVER, UBOOT, {HEAD}, seconds=1.5)) == {OTHER}
    with Beside("52:54:00:79:00:55") as plain:
        assert set(plain.answers(DISCOVER, {60: b"udhcp"}, {HEAD}, seconds=1.5)) == {OTHER}
    said = scene.site.log()[len(before):]
    assert "next server" in said and "70:b3:d5:79:00:22" in said, said
    assert scene.node_of("52:54:00:79:00:55") is None
