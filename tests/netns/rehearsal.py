"""`rootstock rehearse --interface`: pretended boards on the wire of a head that goes on without them."""
import array
import contextlib
import fcntl
import shutil
import socket
import struct

from place import an_image

SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


@contextlib.contextmanager
def whole_checksums(interface):
    """A cable between namespaces carries TCP without them; a card that hears a real wire does not know such frames."""
    def set_offload(on):
        words = array.array("I", (ETHTOOL_STXCSUM, on))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCETHTOOL, struct.pack("16sP16x", interface.encode(), words.buffer_info()[0]))

    set_offload(0)
    try:
        yield
    finally:
        set_offload(1)


def test_boards_that_leave_say_so_and_how_to_take_them_away(site):
    an_image(site.state)
    before = {node["name"] for node in site.head.nodes()}
    try:
        with whole_checksums("eth1"):
            done = site.client(site.head.rootstock, "rehearse", "--interface", "eth0", "--boards", "ipxe:2", "--timeout", "50s", timeout=90)
    finally:
        shutil.rmtree(site.state / "images/compute")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    come = {node["name"]: node for node in site.head.nodes() if node["name"] not in before}
    assert len(come) == 2 and all(node["stage"] == "off" for node in come.values()), come
    words = done.stdout.splitlines()[-1].split()
    assert words[-4:-1] == ["rootstock", "nodes", "forget"] and set(words[-1].split(",")) == set(come), done.stdout
    assert site.head.run("nodes", "forget", words[-1]).returncode == 0
    assert {node["name"] for node in site.head.nodes()} == before
