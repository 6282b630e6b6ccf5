"""RFC 2131 by the packet: every state a client can be in, relays, and the way each answer takes."""
import contextlib
import re
import socket
import subprocess
import time

from board import BIOS_ROM, DECLINE, DISCOVER, EVERYBODY, INFORM, RELEASE, REQUEST, Board, Reply
from crashes import kill_and_wait
from place import CLIENT, HEAD, SOURCES, eventually, namespace

ETH_P_IP, EVERY_CARD = 0x0800, "ff:ff:ff:ff:ff:ff"
MAC = "52:54:00:ab:00:%02x"


def asks_for(address, server=HEAD):
    return {50: socket.inet_aton(address), 54: socket.inet_aton(server)}


class Wire:
    """What passes the client's end of the cable, whoever it is for."""
    def __enter__(self):
        with namespace("client"):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        self.socket.bind(("eth0", ETH_P_IP))
        return self

    def __exit__(self, *_):
        self.socket.close()

    def answer(self, board, seconds=4):
        """(hardware address, IP address, Reply) of the first answer to the board's transaction; none when none came."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                frame = self.socket.recv(2048)
                datagram = frame[34:]
                if frame[12:14] == b"\x08\0" and datagram[:4] == b"\0\x43\0\x44" and datagram[12:16] == board.xid.to_bytes(4, "big"):
                    return frame[:6].hex(":"), socket.inet_ntoa(frame[30:34]), Reply(datagram[8:])
        return None


def test_answers_find_a_client_that_has_no_address(site):
    with Board(MAC % 1) as board, Wire() as wire:
        board.send(board.packet(DISCOVER, {}, flags=0))
        hardware, address, offer = wire.answer(board)
        assert (hardware, offer.kind) == (board.mac, "OFFER") and address == offer.address
        board.send(board.packet(REQUEST, asks_for(offer.address), flags=0))
        hardware, address, ack = wire.answer(board)
        assert (hardware, address, ack.kind) == (board.mac, offer.address, "ACK")
        board.send(board.packet(DISCOVER, {}))
        assert wire.answer(board)[:2] == (EVERY_CARD, EVERYBODY), "the broadcast flag"


def test_renewing_and_rebinding_are_answered_to_the_clients_address(site):
    with Board(MAC % 2) as board:
        board.take_address(board.lease({}))
        with Wire() as wire:
            for to in (HEAD, EVERYBODY):
                board.send(board.packet(REQUEST, {}, client_address=board.address, flags=0), to)
                hardware, address, ack = wire.answer(board)
                assert (ack.kind, ack.address, ack.client_address, address) == ("ACK", *[board.address] * 3), to
                assert hardware != EVERY_CARD and int.from_bytes(ack.options[51], "big") == 12 * 3600, to


def test_a_client_that_reboots_keeps_its_address(site):
    with Board(MAC % 2) as board:
        held = board.lease({}).address
        assert board.ask(REQUEST, {50: socket.inet_aton(held)}).address == held


def test_what_is_not_the_clients_is_refused_at_once(site):
    with Board(MAC % 3) as other:
        taken = other.lease({}).address
    with Board(MAC % 4) as board, Wire() as wire:
        for address in (taken, "192.168.1.5", HEAD, "10.77.0.255"):
            board.send(board.packet(REQUEST, {50: socket.inet_aton(address)}, flags=0))
            _, to, nak = wire.answer(board)
            assert (nak.kind, nak.address, to) == ("NAK", "0.0.0.0", EVERYBODY), address
            assert address in nak.options[56].decode()


def test_release_gives_an_address_back(site):
    with Board(MAC % 5) as leaving, Board(MAC % 6) as coming:
        address = leaving.lease({}).address
        wants = {50: socket.inet_aton(address)}
        assert coming.ask(REQUEST, wants).kind == "NAK"
        leaving.send(leaving.packet(RELEASE, {54: socket.inet_aton(HEAD)}, client_address=address), HEAD)
        assert eventually("the address is free", lambda: coming.ask(REQUEST, wants).kind == "ACK")


def test_a_declined_address_rests(site):
    with Board(MAC % 7) as board:
        address = board.lease({}).address
        board.send(board.packet(DECLINE, asks_for(address)))
        assert eventually("another address is given", lambda: board.lease({}).address != address)
    with Board(MAC % 8) as other:
        assert other.ask(REQUEST, {50: socket.inet_aton(address)}).kind == "NAK"


@contextlib.contextmanager
def squatter(address):
    """Somebody with a fixed address, who never asked."""
    subprocess.run(["ip", "-n", "client", "address", "add", f"{address}/24", "dev", "eth0"], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "-n", "client", "address", "del", f"{address}/24", "dev", "eth0"], check=True)


def test_an_address_in_use_is_given_to_nobody(site):
    with squatter("10.77.0.190"), squatter("10.77.0.191"), Board(MAC % 9) as board:
        before = site.counter("dhcp", "conflict")
        offer = board.ask(DISCOVER, {50: socket.inet_aton("10.77.0.190")})
        assert offer.kind == "OFFER" and offer.address != "10.77.0.190"
        with Board(MAC % 10) as rebooting:
            assert rebooting.ask(REQUEST, {50: socket.inet_aton("10.77.0.191")}).kind == "NAK"
        assert site.counter("dhcp", "conflict") == before + 2


def test_inform_brings_parameters_and_no_address(site):
    with Board(MAC % 11) as board, Wire() as wire:
        board.send(board.packet(INFORM, {}, client_address=CLIENT, flags=0))
        _, address, ack = wire.answer(board)
        assert (ack.kind, ack.address, address) == ("ACK", "0.0.0.0", CLIENT)
        assert 51 not in ack.options and ack.options[1] == bytes([255, 255, 255, 0])


def test_a_relay_hears_the_answers_to_its_questions(site):
    circuit = b"\1\4port\2\3box"
    with Board(MAC % 12, port=67) as relayed:
        offer = relayed.ask(DISCOVER, {82: circuit}, to=HEAD, relay=CLIENT, flags=0)
        assert (offer.kind, offer.relay, offer.options[82]) == ("OFFER", CLIENT, circuit)
        ack = relayed.ask(REQUEST, asks_for(offer.address) | {82: circuit}, to=HEAD, relay=CLIENT, flags=0)
        assert (ack.kind, ack.address, ack.options[82]) == ("ACK", offer.address, circuit)
        nak = relayed.ask(REQUEST, {50: socket.inet_aton("192.168.1.5"), 82: circuit}, to=HEAD, relay=CLIENT, flags=0)
        assert (nak.kind, nak.options[82]) == ("NAK", circuit)


def test_relays_of_other_networks_hear_nothing_and_fill_no_log(site):
    before = len(site.log().splitlines())
    with Board(MAC % 13, port=67) as relayed:
        for number in range(200):
            relayed.send(relayed.packet(DISCOVER, {}, relay=f"172.16.0.{number}"), HEAD)
        assert relayed.ask(DISCOVER, {}, to=HEAD, relay="172.16.1.1", seconds=1) is None
    assert len(site.log().splitlines()) - before < 5


def test_identities_come_back_as_they_were_sent(site):
    """RFC 6842 (61), RFC 4578 (97); 60 would send EDK2 to port 4011 (NETBOOT-FACTS 0)."""
    identity = BIOS_ROM | {61: b"\xff" + bytes(range(18))}
    with Board("52:54:00:aa:00:01") as board:
        offer = board.ask(DISCOVER, identity)
        ack = board.ask(REQUEST, identity | asks_for(offer.address))
        for answer in (offer, ack):
            assert (answer.options[61], answer.options[97]) == (identity[61], identity[97]) and 60 not in answer.options
        nak = board.ask(REQUEST, identity | {50: socket.inet_aton("192.168.1.5")})
        assert (nak.kind, nak.options[61]) == ("NAK", identity[61])


def test_options_in_the_fields_of_names_are_read(site):
    """Overload (52) and a split option (RFC 3396): the ROM's vendor class, half in `options` and half in `file`."""
    with Board("52:54:00:aa:00:01") as board:
        vendor_class = BIOS_ROM[60]
        raw = bytearray(board.packet(DISCOVER, {52: b"\1", 60: vendor_class[:9], 93: b"\0\0"}))
        rest = vendor_class[9:]
        raw[108:108 + len(rest) + 3] = bytes([60, len(rest)]) + rest + b"\xff"
        with Wire() as wire:
            board.send(bytes(raw))
            assert wire.answer(board)[2].boot_file == "undionly.kpxe"


def capture(name):
    """The bytes of tests/captures/NAME.hex, which tells its own format: hex, "text", 64*00, words behind a bar."""
    found = bytearray()
    for line in (SOURCES / f"tests/captures/{name}.hex").read_text().splitlines():
        for text, count, word in re.findall(r'"([^"]*)"|(?:([0-9]+)\*)?([0-9a-f]+)', line.split("|")[0]):
            found += text.encode() or bytes.fromhex(word) * int(count or 1)
    return bytes(found)


def hears(wire, packet, seconds=4):
    """What the board of a captured packet hears: (hardware address, IP address, Reply)."""
    with Board(packet[28:34].hex(":")) as board:
        board.xid = int.from_bytes(packet[4:8], "big")
        board.send(packet)
        return wire.answer(board, seconds)


PI_MENU = bytes.fromhex("060103 0a0400505845 091700 0014") + b"Raspberry Pi Boot   \xff"


def test_a_pi3s_rom_hears_its_offer_a_second_later_and_keeps_the_address(site):
    """NETBOOT-FACTS 1.2: it loses what comes sooner, and never sends a REQUEST."""
    rom = capture("pi3-rom-discover")
    with Wire() as wire:
        begin = time.monotonic()
        hardware, to, offer = hears(wire, rom)
        assert time.monotonic() - begin > 0.9, "too soon for it"
        assert (hardware, offer.kind, to) == ("b8:27:eb:9f:30:44", "OFFER", offer.address)
        assert (offer.options[43], offer.options[60], offer.options[66]) == (PI_MENU, b"PXEClient", HEAD.encode())
        kill_and_wait(site, "worker")
        with Board(MAC % 14) as other:
            assert other.ask(REQUEST, {50: socket.inet_aton(offer.address)}).kind == "NAK", "the OFFER was a lease"
        assert hears(wire, rom)[2].address == offer.address


def test_a_pi4_hears_all_it_needs_in_the_ack_too(site):
    """NETBOOT-FACTS 1.1: its REQUEST has no option 55, and the server's address in siaddr."""
    with Wire() as wire:
        _, _, offer = hears(wire, capture("pi4-2026-discover"))
        request = capture("pi4-2026-request").replace(socket.inet_aton("10.0.0.1"), socket.inet_aton(HEAD))
        request = request.replace(socket.inet_aton("10.0.0.10"), socket.inet_aton(offer.address))
        _, _, ack = hears(wire, request)
    for answer, kind in ((offer, "OFFER"), (ack, "ACK")):
        assert (answer.kind, answer.address, answer.boot_file) == (kind, offer.address, "")
        assert (answer.options[43], answer.options[60], answer.options[66]) == (PI_MENU, b"PXEClient", HEAD.encode())


def test_an_unknown_firmware_gets_an_address_and_one_line_in_the_log(site):
    site.restart()  # of warnings about one kind of message the log takes one a minute, and there were others
    words = "no boot file for firmware 'U-Boot.armv7' (architecture 21): an address only"
    before = site.log().count(words)
    wishes = capture("unknown-discover")[:-1] + bytes([50, 4]) + socket.inet_aton("10.77.0.150") + b"\xff"  # one that nobody uses
    with Wire() as wire:
        for _ in range(3):
            assert hears(wire, wishes)[2].kind == "OFFER"
    assert eventually("the log says so", lambda: site.log().count(words) > before)
    assert site.log().count(words) == before + 1
