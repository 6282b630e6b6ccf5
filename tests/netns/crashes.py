"""Privileges, SIGKILL at any process, and what is still there afterwards."""
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import network
from board import BIOS_ROM, IPXE, Board
from place import HEAD, eventually, namespace

MAC = "52:54:00:dd:00:01"


def processes(site):
    """{"keeper": pid, "worker": pid, "ganesha": pid}; the worker is the keeper's child that does not run as root."""
    keeper, found = site.head.process.pid, {}
    found["keeper"] = keeper
    for child in map(int, Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()):
        command = Path(f"/proc/{child}/cmdline").read_text()
        found["ganesha" if "ganesha" in command else "worker"] = child
    return found


def serving(site):
    found = processes(site)
    return len(found) == 3 and site.head.answers() and found


def status_line(pid, word):
    return re.search(rf"^{word}:[ \t]*(.*)$", Path(f"/proc/{pid}/status").read_text(), re.M)[1]


def test_worker_has_given_up_root(site):
    worker = eventually("all processes serve", lambda: serving(site))["worker"]
    users, groups = status_line(worker, "Uid").split(), status_line(worker, "Gid").split()
    extra = status_line(worker, "Groups").split()
    assert "0" not in users + groups and not set(extra) - set(groups), (users, groups, extra)
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status_line(worker, kind), 16) == 0, f"{kind} is not empty"
    assert status_line(worker, "NoNewPrivs") == "1"


def test_every_thread_of_the_worker_has_given_up_root(site):
    worker = processes(site)["worker"]
    for thread in os.listdir(f"/proc/{worker}/task"):
        text = Path(f"/proc/{worker}/task/{thread}/status").read_text()
        assert re.search(r"^CapEff:\s*0+$", text, re.M) and not re.search(r"^Uid:.*\b0\b", text, re.M), thread


def lease_of(identity):
    with Board(MAC) as board:
        board.lease(BIOS_ROM)
        return board.lease(identity).address


def names(site):
    return {node["mac"]: (node["name"], node["address"]) for node in site.head.nodes()}


def kill_and_wait(site, who):
    old = eventually("all processes serve", lambda: serving(site))[who]
    os.kill(old, signal.SIGKILL)
    eventually(f"the {who} is back", lambda: (found := serving(site)) and found[who] != old, 30)


def test_worker_comes_back_with_leases_and_nodes(site):
    address, known = lease_of(IPXE), names(site)
    assert MAC in known
    kill_and_wait(site, "worker")
    assert names(site) == known
    assert lease_of(IPXE) == address


def nfs_port_opens():
    with namespace("client"), socket.create_connection((HEAD, 2049), timeout=2):
        return True


def test_ganesha_comes_back(site):
    kill_and_wait(site, "ganesha")
    eventually("the NFS port is open again", nfs_port_opens)


def test_keeper_takes_all_with_it_and_a_new_start_is_whole(site):
    known = names(site)
    children = processes(site)
    os.kill(children["keeper"], signal.SIGKILL)
    site.processes.stop(site.head.process)
    eventually("worker and ganesha are gone",
               lambda: not [pid for who, pid in children.items() if who != "keeper" and alive(pid)], 10)
    site.head.start()
    assert names(site) == known


def alive(pid):
    try:
        return status_line(pid, "State")[0] != "Z"
    except OSError:
        return False


def test_sigterm_ends_everything_in_order(site):
    children = eventually("all processes serve", lambda: serving(site))
    assert site.head.stop() == 0
    assert not [pid for pid in children.values() if alive(pid)]
    site.head.start()


def test_sigterm_breaks_off_no_file(site):
    """A Pi that loses one in the middle stops until somebody takes its power away."""
    got = site.fresh("download") / "got"
    argv = ["curl", "-sS", "--tftp-blksize", "512", f"tftp://{HEAD}/wraps", "-o", str(got)]
    with subprocess.Popen(network.within("client", argv)) as client:
        eventually("the file is under way", lambda: got.exists() and got.stat().st_size > 0)
        assert site.processes.stop(site.head.process, seconds=40) == 0
        assert "files under way are sent to their end first: 1" in site.log()
        assert client.wait(10) == 0 and got.read_bytes() == site.files["wraps"]
    site.head.start()


def test_sigterm_waits_for_no_board_that_is_gone(site):
    with namespace("client"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as board:
        board.sendto(b"\0\1big\0octet\0", (HEAD, 69))
        assert board.recv(600)[:4] == b"\0\3\0\1"
        assert site.head.stop() == 0  # which does not wait as long as it would for one that goes on
    site.head.start()


def test_killed_in_the_middle_of_a_storm_keeps_acknowledged_leases(site):
    acknowledged = {}
    for number in range(40):
        mac = f"52:54:00:dd:01:{number:02x}"
        with Board(mac) as board:
            acknowledged[mac] = board.lease(BIOS_ROM).address
    os.kill(processes(site)["worker"], signal.SIGKILL)  # straight after the last ACK
    eventually("the worker is back", lambda: serving(site), 30)
    known = names(site)
    assert {mac: known[mac][1] for mac in acknowledged} == acknowledged
