"""Bytes that no client should send: counted by kind, answered at most by an error, never a crash or a flood of lines."""
import contextlib
import random
import socket
import struct
import subprocess

from board import BIOS_ROM, DISCOVER, Board
from place import HEAD, eventually, namespace

COUNT = 3000


def send_udp(port, datagrams, source=0):
    with namespace("client"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.bind(("", source))
        for datagram in datagrams:
            with contextlib.suppress(ConnectionRefusedError):
                sender.sendto(datagram, (HEAD, port))


def lines_while(site, action):
    before = len(site.log().splitlines())
    action()
    return len(site.log().splitlines()) - before


def cut_and_spoilt(good, random_source, spare=range(0)):
    """Every way to cut a good packet short, and many with bytes changed, but not those at `spare`."""
    packets = [good[:length] for length in range(0, len(good), max(1, len(good) // 100))]
    while len(packets) < COUNT:
        spoilt = bytearray(good)
        for _ in range(random_source.randint(1, 12)):
            place = random_source.randrange(len(spoilt))
            if place not in spare:
                spoilt[place] = random_source.randrange(256)
        packets.append(bytes(spoilt))
    return packets


def test_malformed_dhcp_is_counted(site):
    with Board("52:54:00:cc:00:01") as board:
        good = board.packet(DISCOVER, BIOS_ROM)
    # A broken option area after a whole header: never anything but malformed.
    broken = [good[:240] + b"\x35\xff\x01", good[:200], b"", b"\1", good[:236] + b"no!!" + good[240:]] * 200
    before = site.counter("dhcp", "malformed")
    lines = lines_while(site, lambda: send_udp(67, broken, 68))
    eventually("they are counted", lambda: site.counter("dhcp", "malformed") >= before + 500)
    assert lines < 20, f"{lines} lines of log"


def test_spoilt_dhcp_does_no_harm(site):
    with Board("52:54:00:cc:00:02") as board:
        good = board.packet(DISCOVER, {60: b"x" * 20, 61: b"\1abcdef"})
    worker = site.pids("rootstock")
    # Its card's address stays: three thousand boards would rightly be lent every address there is.
    send_udp(67, cut_and_spoilt(good, random.Random(1), spare=range(28, 44)), 68)
    assert site.pids("rootstock") == worker
    with Board("52:54:00:aa:00:01") as board:
        assert board.lease(BIOS_ROM).kind == "ACK"


def test_malformed_tftp_is_counted(site):
    good = b"\0\1small\0octet\0blksize\0001468\0tsize\0000\0"
    before = sum(site.status()["counters"]["tftp"].values())
    lines = lines_while(site, lambda: send_udp(69, cut_and_spoilt(good, random.Random(2))))
    eventually("they are counted", lambda: sum(site.status()["counters"]["tftp"].values()) >= before + COUNT // 2)
    assert lines < 20, f"{lines} lines of log"
    assert "malformed TFTP packet" in site.log()


def test_a_sender_without_a_port_disturbs_nobody(site):
    """RFC 768 allows port 0, but nothing can be sent there, and nothing is tried."""
    request = b"\0\1big\0octet\0windowsize\x0064\0"
    datagram = struct.pack(">HHHH", 0, 69, 8 + len(request), 0) + request
    before = site.counter("tftp", "unsent"), site.counter("tftp", "stray")
    with namespace("client"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    with sender:
        for _ in range(100):
            sender.sendto(datagram, (HEAD, 0))
    eventually("they are dropped", lambda: site.counter("tftp", "stray") >= before[1] + 100)
    assert site.counter("tftp", "unsent") == before[0]


def test_malformed_http_is_answered_or_closed(site):
    requests = [b"GET\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"POST /node/up HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                b"GET /small HTTP/1.1\r\nHost: x\r\nRange: bytes=9-1,-,abc\r\nConnection: close\r\n\r\n"]
    for request in requests:
        with namespace("client"):
            link = socket.create_connection((HEAD, 80), timeout=10)
        with link, contextlib.suppress(ConnectionError):
            link.sendall(request)
            link.shutdown(socket.SHUT_WR)
            answer = link.recv(65536)
            assert not answer or answer.startswith(b"HTTP/1."), answer[:80]
    assert site.client("curl", "-sS", f"http://{HEAD}/small").stdout == "not much\n"


def test_one_client_that_hoards_connections_blocks_nobody_else(site):
    with namespace("client"):
        idle = [socket.create_connection((HEAD, 80), timeout=10) for _ in range(300)]
    subprocess.run(["ip", "-n", "client", "address", "add", "10.77.0.3/24", "dev", "eth0"], check=True)
    try:
        done = site.client("curl", "-sS", "--max-time", "5", "--interface", "10.77.0.3", f"http://{HEAD}/small")
        assert done.stdout == "not much\n", done.stderr
    finally:
        for link in idle:
            link.close()
        site.reset_client_address()
