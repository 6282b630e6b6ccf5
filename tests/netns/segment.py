"""A wire with three ends: the head, another DHCP server (a real dnsmasq), and a board."""
import contextlib
import secrets
import socket
import subprocess
import time

import network
from board import BROADCAST, Board, Reply
from head import Head
from place import FOLDER, eventually, namespace

WIRE, HEAD, OTHER = "seg0", "10.79.0.1", "10.79.0.2"
ETH_P_IP = 0x0800


def ip(*argv):
    subprocess.run(["ip", *argv], check=True)


@contextlib.contextmanager
def segment():
    """Three ends on one switch: `seg0` here, eth0 in `other`, eth0 in `board`."""
    network.switch(WIRE)
    for name in ("other", "board"):
        network.neighbour(name, f"to-{name}", "eth0")
        ip("link", "set", f"to-{name}", "master", WIRE, "up")
    ip("-n", "other", "address", "add", f"{OTHER}/24", "dev", "eth0")
    try:
        yield
    finally:
        for name in ("other", "board"):
            ip("link", "del", f"to-{name}")
            ip("netns", "del", name)
        ip("link", "del", WIRE)


@contextlib.contextmanager
def dnsmasq(site, *more, lends="30d", name="dnsmasq"):
    """Another DHCP server, which gives 10.79.0.100 and up. `more`: options of its command line."""
    argv = ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=eth0", "--bind-interfaces", "--no-ping",
            "--user=root", f"--dhcp-leasefile={site.fresh('dnsmasq')}/leases", f"--dhcp-range=10.79.0.100,10.79.0.150,{lends}",
            "--dhcp-authoritative", "--log-dhcp", *more]
    server = site.processes.start(name, network.within("other", argv))
    try:
        eventually("dnsmasq serves", lambda: "IP range" in site.processes.log(name).read_text())
        yield
    finally:
        site.processes.stop(server)
        site.processes.log(name).unlink()


def settings(site, mode="proxy", state=None):
    state = state or site.fresh("segment-state")
    return site.settings(interface=WIRE, address=f"{HEAD}/24", state=state,
                         more=f'[tftp]\nextra_files = "{site.extra}"\n[dhcp]\nmode = "{mode}"\n')


@contextlib.contextmanager
def head_beside(site, mode="proxy"):
    """Our service on this wire, and nowhere else meanwhile."""
    site.head.stop()
    head = Head(site.head.rootstock, "/etc/rootstock/segment.toml", site.processes)
    head.configure(settings(site, mode))
    try:
        head.start()
        yield head
    finally:
        head.stop()
        site.head.start()


class Beside(Board):
    """The board at the third end. It hears every frame that reaches it, as firmware does."""
    def __init__(self, mac):
        self.mac, self.xid, self.address = mac, secrets.randbits(32), None
        ip("-n", "board", "link", "set", "eth0", "down")
        ip("-n", "board", "link", "set", "eth0", "address", mac, "up")
        with namespace("board"):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        self.ear.bind(("eth0", ETH_P_IP))
        for option, value in ((socket.SO_REUSEADDR, 1), (socket.SO_BROADCAST, 1), (socket.SO_BINDTODEVICE, b"eth0\0")):
            self.socket.setsockopt(socket.SOL_SOCKET, option, value)
        self.socket.bind(("", 68))

    def __exit__(self, *_):
        self.socket.close()
        self.ear.close()
        ip("-n", "board", "address", "flush", "dev", "eth0")

    def replies(self, seconds):
        """(server, its port, Reply) of every answer to this transaction, as they come."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.ear.settimeout(left)
            with contextlib.suppress(TimeoutError):
                frame = self.ear.recv(2048)
                datagram = frame[34:]
                if frame[23] == 17 and datagram[2:4] == b"\0\x44" and datagram[12:16] == self.xid.to_bytes(4, "big"):
                    yield socket.inet_ntoa(frame[26:30]), int.from_bytes(datagram[:2], "big"), Reply(datagram[8:])

    def answers(self, kind, options, servers, seconds=6, to="255.255.255.255", **fields):
        """{server: Reply} once all of `servers` have answered, or when the time is over."""
        self.socket.sendto(self.packet(kind, options, **({"flags": BROADCAST} | fields)), (to, 67))
        found = {}
        for server, _, reply in self.replies(seconds):
            found.setdefault(server, reply)
            if set(servers) <= set(found):
                break
        return found

    def take(self, address):
        self.address = address
        ip("-n", "board", "address", "add", f"{address}/24", "dev", "eth0")

    def run(self, *argv):
        return subprocess.run(network.within("board", argv), capture_output=True, text=True, timeout=30)
