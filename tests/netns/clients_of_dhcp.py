"""Clients of the field against the real daemon: each gets an address by its own means."""
import ipaddress
import os
import re
import signal
import subprocess
from pathlib import Path

import network
from place import HEAD, wait_for

SCRIPT = """#!/bin/sh
[ "$1" = bound ] && env > /run/udhcpc.answer
exit 0
"""


def ours(address):
    return ipaddress.ip_address(address) in ipaddress.ip_network("10.77.0.0/24") and address != HEAD


def test_udhcpc_gets_a_lease(site):
    Path("/run/udhcpc.script").write_text(SCRIPT)
    os.chmod("/run/udhcpc.script", 0o755)
    done = site.client("busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "5", "-s", "/run/udhcpc.script")
    assert done.returncode == 0, done.stderr
    answer = dict(line.split("=", 1) for line in Path("/run/udhcpc.answer").read_text().splitlines() if "=" in line)
    assert ours(answer["ip"]), answer
    assert answer["mask"] == "24" and answer["serverid"] == HEAD
    assert int(answer["lease"]) == 12 * 3600


def test_udhcpc_gets_the_same_address_again(site):
    first = Path("/run/udhcpc.answer").read_text()
    test_udhcpc_gets_a_lease(site)
    again = Path("/run/udhcpc.answer").read_text()
    assert re.search(r"^ip=.*", first, re.M)[0] == re.search(r"^ip=.*", again, re.M)[0]


LASTING_SCRIPT = """#!/bin/sh
case $1 in bound|renew) ip address replace $ip/24 dev $interface ;; esac
echo $1 $ip >> /run/udhcpc.events
"""


def test_udhcpc_renews_and_releases(site):
    """A renewal goes to the head alone, from the address, and comes back to it; a client told to leave gives it back."""
    script, events = Path("/run/udhcpc.lasting"), Path("/run/udhcpc.events")
    script.write_text(LASTING_SCRIPT)
    script.chmod(0o755)

    def happened(word):
        return events.exists() and re.search(rf"^{word} (.*)$", events.read_text(), re.M)

    released = site.counter("dhcp", "release")
    udhcpc = site.processes.start("udhcpc", network.within("client", ["busybox", "udhcpc", "-i", "eth0", "-f", "-R", "-s", script]))
    try:
        first = wait_for("udhcpc is bound", lambda: happened("bound"), 20)[1]
        udhcpc.send_signal(signal.SIGUSR1)  # renew now
        assert wait_for("udhcpc has renewed", lambda: happened("renew"), 20)[1] == first
    finally:
        site.processes.stop(udhcpc)
        site.reset_client_address()
    wait_for("the release is heard", lambda: site.counter("dhcp", "release") == released + 1, 5)


def test_dhcpcd_gets_a_lease(site):
    done = subprocess.run(["ip", "netns", "exec", "client", "dhcpcd", "-4", "--oneshot", "--waitip=4", "--timeout", "20",
                           "--nobackground", "--nohook", "resolv.conf", "eth0"], capture_output=True, text=True, timeout=60)
    got = re.search(r"leased ([0-9.]+) for 43200 seconds", done.stderr)
    assert done.returncode == 0 and got, done.stderr
    assert ours(got[1])
    site.reset_client_address()


NETWORK_FILE = """[Match]
Name=eth0
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
"""


def test_systemd_networkd_gets_a_lease(site):
    """It needs neither PID 1 nor D-Bus; a read-only /sys tells it that no udev runs."""
    Path("/etc/systemd/network").mkdir(parents=True, exist_ok=True)
    Path("/etc/systemd/network/10-test.network").write_text(NETWORK_FILE)
    Path("/etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    for folder in ("leases", "links", "lldp"):
        Path("/run/systemd/netif", folder).mkdir(parents=True, exist_ok=True)
    subprocess.run(["chown", "-R", "systemd-network", "/run/systemd/netif"], check=True)
    networkd = site.processes.start("networkd", ["ip", "netns", "exec", "client", "sh", "-c",
                                                 "mount -o remount,ro /sys && exec /lib/systemd/systemd-networkd"])
    try:
        lease = wait_for("systemd-networkd has a lease", lambda: list(Path("/run/systemd/netif/leases").iterdir()), 30)
        answer = lease[0].read_text()
        address = re.search(r"^ADDRESS=(.*)", answer, re.M)[1]
        assert ours(address) and f"SERVER_ADDRESS={HEAD}" in answer, answer
    finally:
        site.processes.stop(networkd)
        site.reset_client_address()


def test_clients_of_one_card_share_its_address(site):
    """One board is several DHCP clients in one boot (NETBOOT-FACTS 0): the card's address decides, not option 61."""
    udhcpc = re.search(r"^ip=(.*)", Path("/run/udhcpc.answer").read_text(), re.M)[1]
    networkd = re.search(r"^ADDRESS=(.*)", next(Path("/run/systemd/netif/leases").iterdir()).read_text(), re.M)[1] \
        if any(Path("/run/systemd/netif/leases").iterdir()) else udhcpc
    assert udhcpc == networkd


def test_perfdhcp_200_per_second_without_a_drop(site):
    done = site.client("perfdhcp", "-4", "-l", "eth0", "-r", "200", "-p", "3", "-R", "150", "-W", "2000000", "-u", timeout=60)
    drops = [int(number) for number in re.findall(r"drops: (\d+)", done.stdout)]
    sent = [int(number) for number in re.findall(r"sent packets: (\d+)", done.stdout)]
    assert sent and sent[0] > 400, done.stdout + done.stderr
    assert drops and not any(drops), done.stdout
