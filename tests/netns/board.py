"""A board that boots from the network, as far as the head can tell: its DHCP packets, its address, its requests."""
import secrets
import socket
import struct
import subprocess

from place import HEAD, namespace

MAGIC = bytes([99, 130, 83, 99])
DISCOVER, REQUEST, DECLINE, RELEASE, INFORM = 1, 3, 4, 7, 8
BROADCAST, EVERYBODY = 0x8000, "255.255.255.255"
ANSWERS = {2: "OFFER", 5: "ACK", 6: "NAK"}
BIOS_ROM = {60: b"PXEClient:Arch:00000:UNDI:002001", 93: b"\0\0", 94: b"\1\2\1", 97: b"\0" + bytes(range(16))}
UEFI_X64 = {60: b"PXEClient:Arch:00007:UNDI:003000", 93: b"\0\7", 94: b"\1\3\0", 97: b"\0" + bytes(range(16))}
IPXE = {60: b"PXEClient:Arch:00000:UNDI:002001", 93: b"\0\0", 77: b"iPXE", 175: b"\1\1\1"}


def options_of(raw):
    found, at = {}, 240
    while at < len(raw) and raw[at] != 255:
        if raw[at] == 0:
            at += 1
            continue
        length = raw[at + 1]
        found[raw[at]] = raw[at + 2:at + 2 + length]
        at += 2 + length
    return found


class Reply:
    def __init__(self, raw):
        self.client_address, self.address, _, self.relay = (socket.inet_ntoa(raw[at:at + 4]) for at in range(12, 28, 4))
        self.options = options_of(raw)
        self.kind = ANSWERS.get(self.options.get(53, b"\0")[0], "?")
        self.boot_file = self.options.get(67, raw[108:236].split(b"\0")[0]).rstrip(b"\0").decode()


class Board:
    """With another `port` it is a relay agent on the same wire, which speaks for the board of this address."""
    def __init__(self, mac, port=68):
        self.mac, self.xid, self.address = mac, secrets.randbits(32), None
        with namespace("client"):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0\0")
        self.socket.bind(("", port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        if self.address:
            subprocess.run(["ip", "-n", "client", "address", "del", f"{self.address}/24", "dev", "eth0"],
                           stderr=subprocess.DEVNULL)

    def packet(self, kind, options, client_address="0.0.0.0", relay="0.0.0.0", flags=BROADCAST):
        """Usually with the broadcast flag, so that an ordinary socket hears the answer."""
        head = struct.pack(">BBBBIHH4s4s4s4s", 1, 1, 6, 0, self.xid, 0, flags, socket.inet_aton(client_address),
                           b"\0" * 4, b"\0" * 4, socket.inet_aton(relay))
        body = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
        wants = b"" if 55 in options else b"\x37\x04\x01\x03\x42\x43"
        return (head + bytes.fromhex(self.mac.replace(":", "")) + bytes(10 + 64 + 128) + MAGIC + bytes([53, 1, kind]) +
                wants + body + b"\xff")

    def send(self, raw, to=EVERYBODY):
        self.socket.sendto(raw, (to, 67))

    def ask(self, kind, options, seconds=4, to=EVERYBODY, **fields):
        """The answer to this transaction, or none."""
        self.send(self.packet(kind, options, **fields), to)
        self.socket.settimeout(seconds)
        try:
            while True:
                raw = self.socket.recv(4096)
                if raw[4:8] == self.xid.to_bytes(4, "big"):
                    return Reply(raw)
        except TimeoutError:
            return None

    def lease(self, firmware):
        """DISCOVER to ACK; the ACK."""
        self.xid = secrets.randbits(32)
        offer = self.ask(DISCOVER, firmware)
        assert offer and offer.kind == "OFFER", "no OFFER"
        chosen = firmware | {50: socket.inet_aton(offer.address), 54: socket.inet_aton(HEAD)}
        ack = self.ask(REQUEST, chosen)
        assert ack and ack.kind == "ACK", "no ACK"
        assert ack.address == offer.address
        return ack

    def take_address(self, ack):
        self.address = ack.address
        subprocess.run(["ip", "-n", "client", "address", "add", f"{ack.address}/24", "dev", "eth0"], check=True)
