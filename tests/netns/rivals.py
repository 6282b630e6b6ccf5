"""`rootstock check` before the first boot: who else answers DHCP on the boards' wire, and what to do about it."""
import contextlib
import shutil
import socket
import subprocess
from pathlib import Path

from board import DISCOVER, REQUEST
from place import eventually, stopped
from refusals import run_with
from segment import HEAD, OTHER, WIRE, Beside, dnsmasq, head_beside, segment, settings


def check(site, mode):
    return run_with(site, settings(site, mode), "check")


def mac_of_the_other():
    shown = subprocess.run(["ip", "-n", "other", "-br", "link", "show", "eth0"], check=True, capture_output=True, text=True)
    return shown.stdout.split()[2]


def test_a_rival_is_named_with_what_to_do(site):
    with segment(), stopped(site), dnsmasq(site):
        code, said = check(site, "server")
        assert code == 2, said
        for word in ("another DHCP server", WIRE, OTHER, mac_of_the_other(), "10.79.0.1", "hint:", 'mode = "proxy"'):
            assert word in said, (word, said)


def test_a_quiet_wire_is_fine(site):
    with segment(), stopped(site):
        code, said = check(site, "server")
        assert code == 0 and "DHCP server" not in said and "spanning tree" not in said, said


def test_a_wire_that_cannot_be_asked_is_said(site):
    with segment(), stopped(site):
        subprocess.run(["ip", "link", "set", WIRE, "down"], check=True)
        code, said = check(site, "server")
        assert code == 0 and f"{WIRE} is down" in said and f"ip link set {WIRE} up" in said, said


def test_our_own_service_is_no_rival(site):
    with segment(), head_beside(site, "server") as head:
        done = head.run("check")
        assert done.returncode == 0 and "DHCP server" not in done.stdout, done.stdout
        assert head.nodes() == [], "the check's made-up board became a node"


def test_in_proxy_mode_a_missing_server_is_found(site):
    with segment(), stopped(site):
        code, said = check(site, "proxy")
        assert code == 2 and f"no DHCP server answers on {WIRE}" in said, said


def test_in_proxy_mode_a_plain_server_is_right(site):
    with segment(), dnsmasq(site), head_beside(site) as head:
        done = head.run("check")
        assert done.returncode == 0 and "DHCP server" not in done.stdout, done.stdout
        assert head.nodes() == []


def test_in_proxy_mode_a_router_that_boots_boards_itself_is_found(site):
    for option, word in ((f"--dhcp-option=66,{OTHER}", f'option 66 "{OTHER}"'), ("--dhcp-boot=pxelinux.0", "pxelinux.0"),
                         ("--pxe-service=0,Raspberry Pi Boot", "option 43")):
        with segment(), stopped(site), dnsmasq(site, option):
            code, said = check(site, "proxy")
            assert code == 0 and "warning" in said and word in said and OTHER in said, (option, said)


def test_in_proxy_mode_short_leases_are_told(site):
    with segment(), stopped(site), dnsmasq(site, lends="2h"):
        code, said = check(site, "proxy")
        assert code == 0 and "lends addresses for 2 h" in said, said


def test_in_proxy_mode_another_network_is_found(site):
    with segment(), stopped(site):
        subprocess.run(["ip", "-n", "other", "address", "add", "192.168.9.1/24", "dev", "eth0"], check=True)
        subprocess.run(["ip", "-n", "other", "address", "del", f"{OTHER}/24", "dev", "eth0"], check=True)
        with dnsmasq(site, "--dhcp-range=192.168.9.100,192.168.9.150,1h"):
            code, said = check(site, "proxy")
        assert code == 2 and "192.168.9.1" in said and "10.79.0.0/24" in said, said


@contextlib.contextmanager
def file_of(path, text):
    path = Path(path)
    made = next(folder for folder in reversed([path, *path.parents]) if not folder.exists())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    try:
        yield
    finally:
        shutil.rmtree(made) if made.is_dir() else made.unlink()


def test_this_machines_own_sharing_is_found(site):
    shared = f"[connection]\nid=Boards\ntype=ethernet\ninterface-name={WIRE}\n[ipv4]\nmethod=shared\n"
    served = "[Match]\nName=seg*\n[Network]\nDHCPServer=yes\n"
    files = {"/etc/NetworkManager/system-connections/a.nmconnection": (shared, "nmcli connection modify \"Boards\""),
             "/run/NetworkManager/system-connections/b.nmconnection": (shared, "nmcli connection modify \"Boards\""),
             "/etc/systemd/network/seg.network": (served, "networkctl reload")}
    with segment(), stopped(site), contextlib.ExitStack() as stack:
        for path, (text, _) in files.items():
            stack.enter_context(file_of(path, text))
        code, said = check(site, "server")
        assert code == 2, said
        for path, (_, remedy) in files.items():
            assert path in said and remedy in said, (path, said)


def test_the_running_service_hears_a_rival(site):
    """OFFERs to others pass us by; the REQUEST that takes one does not."""
    with segment(), dnsmasq(site), head_beside(site, "server"):
        before = len(site.log())
        with Beside("52:54:00:79:01:01") as board:
            offers = board.answers(DISCOVER, {}, {HEAD, OTHER})
            assert set(offers) == {HEAD, OTHER}
            asks = {50: socket.inet_aton(offers[OTHER].address), 54: socket.inet_aton(OTHER)}
            board.answers(REQUEST, asks, {OTHER})
        said = eventually("it is logged", lambda: "another DHCP server" in site.log()[before:] and site.log()[before:])
        assert OTHER in said and "rootstock check" in said and 'mode = "proxy"' in said, said
