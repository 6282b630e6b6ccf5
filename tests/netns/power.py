"""Nodes are sent down and seen to be off; the head goes last; the network is not moved away under nodes that are up."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from board import BIOS_ROM, DISCOVER, Board
from living_node import LivingNode
from place import HEAD, eventually, head_with, namespace
from refusals import run_with
from slurm import Slurm

NO_SLURM = "[slurm]\nenabled = false\n"
ONE, TWO = "52:54:00:9a:00:01", "52:54:00:9a:00:02"


def stage(node):
    return node.row()["stage"]


def is_up(*nodes):
    return lambda: all(stage(node) == "up" for node in nodes)


@contextlib.contextmanager
def harmless_systemctl(site):
    """What switches a machine off only leaves a note here. The way to it and the note."""
    folder = site.fresh("programs")
    note = folder / "note"
    program = folder / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >>{note}\n')
    program.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    found = subprocess.run(["sh", "-c", "command -v systemctl"], env={"PATH": path}, capture_output=True, text=True)
    assert found.stdout.strip() == str(program), "the real systemctl would be run"
    yield path, note


def shutdown(site, *words, path=os.environ["PATH"]):
    done = subprocess.run(site.head.command("shutdown", *words), capture_output=True, text=True, timeout=90,
                          env=os.environ | {"PATH": path})
    return done.returncode, done.stdout, done.stderr


def test_nodes_are_off_or_named_and_the_head_goes_last(site):
    with (head_with(site, NO_SLURM), harmless_systemctl(site) as (path, note), LivingNode(site, ONE) as one,
          LivingNode(site, TWO, deaf=True) as two):
        eventually("both are up", is_up(one, two))
        code, out, err = shutdown(site, f"{one.name},{two.name}", "--head", path=path)
        assert code == 2 and "--head goes with all nodes" in err, (code, err)
        code, out, err = shutdown(site, "all", "--head", "--timeout", "9s", path=path)
        assert code == 1 and "did not go down in time" in out and f"not off: {two.name}" in err, (out, err)
        assert f"{one.name}: is off" in out, out
        assert "this machine stays on" in err and not note.exists(), err
        assert stage(one) == "off", one.row()
        done = site.head.run("reboot", one.name)
        assert done.returncode == 1 and "nothing to reboot" in done.stdout, done.stdout + done.stderr
        two.deaf = False
        code, out, err = shutdown(site, "--head", "--timeout", "60s", path=path)
        assert code == 0 and note.read_text() == "poweroff\n", (code, out, err)


def test_a_node_reboots_by_an_order_where_there_is_no_slurm(site):
    with head_with(site, NO_SLURM), LivingNode(site, ONE) as node:
        eventually("it is up", is_up(node))
        first = node.system
        assert site.head.run("reboot", "52:54:00:9a:00:ff").returncode == 2, "nobody has that MAC"
        assert site.head.run("reboot", f"{node.name},nobody").returncode == 2, "all of the list, or none of it"
        assert node.system == first
        done = site.head.run("reboot", ONE.upper(), timeout=60)
        assert done.returncode == 0 and "1 of 1 node up again" in done.stdout, done.stdout + done.stderr
        assert node.system != first


def test_ctrl_c_ends_only_the_watching(site):
    with head_with(site, NO_SLURM), LivingNode(site, ONE, deaf=True) as node:
        eventually("it is up", is_up(node))
        watching = subprocess.Popen(site.head.command("shutdown", node.name), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    text=True)
        try:
            eventually("the order is out", lambda: "poweroff" in node.beat())
            watching.send_signal(signal.SIGINT)
            _, err = watching.communicate(timeout=30)
        finally:
            watching.kill()
        assert watching.returncode == 1 and "goes on" in err, err
        assert "poweroff" in node.beat()


def test_a_node_that_was_denied_and_runs_is_switched_off_with_the_others(site):
    with head_with(site, NO_SLURM), LivingNode(site, ONE) as one:
        eventually("it is up", is_up(one))
        site.head.run("nodes", "deny", one.name)
        assert "again" in one.beat() and stage(one) == "denied"
        code, out, err = shutdown(site, "--timeout", "60s")
        assert code == 0 and "1 of 1 node off" in out, (out, err)


@contextlib.contextmanager
def slurm_that_knows(site, node):
    """munge and the real controller, which has heard of this node."""
    slurm = Slurm(site.head, site.processes)
    slurm.start()
    try:
        with Path("/etc/slurm/slurm.conf").open("a") as settings:
            settings.write(f"NodeName={node.name} NodeAddr={node.address}\n")  # no slurmd runs that would say so
        site.processes.stop(slurm.controller)
        slurm.start_controller()
        yield slurm
    finally:
        site.processes.stop(slurm.controller)
        site.processes.stop(slurm.munge)
        Path("/etc/slurm/slurm.conf").unlink()
        shutil.rmtree("/var/lib/slurm/slurmctld")  # a controller of another cluster would not start on it


def test_what_a_shutdown_has_drained_is_taken_back_when_it_is_killed(site):
    with head_with(site), LivingNode(site, ONE, deaf=True) as node, slurm_that_knows(site, node) as slurm:
        state = lambda: slurm.run("sinfo", "--noheader", "--Node", "--format=%T", f"--nodes={node.name}").stdout
        watching = subprocess.Popen(site.head.command("shutdown", node.name), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            eventually("it is drained", lambda: "drain" in state())
            eventually("the order is out", lambda: "poweroff" in node.beat())
        finally:
            watching.kill()
            watching.communicate()
        eventually("it is drained no more", lambda: "drain" not in state())
        assert "down" in state(), state()


def test_slurm_must_answer_or_be_waived(site):
    eventually("the service has asked", lambda: "Slurm's controller does not answer" in site.log())
    done = site.head.run("shutdown")
    assert done.returncode == 1 and "nobody knows which jobs run" in done.stderr and "--now" in done.stderr, done.stderr
    assert site.head.run("reboot", "node99", "--now").returncode == 2
    assert site.head.run("reboot", "node[", "--now").returncode == 2


def test_the_network_is_not_moved_under_a_node_that_is_up(site):
    with head_with(site, NO_SLURM):
        with LivingNode(site, ONE) as node:
            eventually("it is up", is_up(node))
            site.head.stop()  # its state is written with the end of the service
            for command, address in (("check", "10.66.0.1/24"), ("serve", "10.66.0.1/24"), ("serve", "10.77.0.250/24")):
                code, said = run_with(site, site.settings(more=NO_SLURM, address=address), command)
                assert code == 2 and f"{node.name} ({node.address})" in said and "--move-nodes" in said, (command, said)
            site.head.start()  # nothing was changed
            eventually("it is up as before", is_up(node))
        # It says nothing any more; forced, it is moved all the same, and is the same node.
        site.head.stop()
        site.head.configure(site.settings(more=NO_SLURM, address="10.66.0.1/24"))
        forced = site.processes.start("rootstock", site.head.command("serve", "--move-nodes"))
        try:
            eventually("it serves the other network", site.head.answers)
            with Board(ONE) as board:
                offer = board.ask(DISCOVER, BIOS_ROM)
            assert offer.address.startswith("10.66.0."), offer.address
            assert node.row()["name"] == node.name, node.row()
        finally:
            site.processes.stop(forced)
            subprocess.run(["ip", "address", "del", "10.66.0.1/24", "dev", "eth1"], stderr=subprocess.DEVNULL)
            site.head.process = None
            site.head.configure(site.settings(more=NO_SLURM))
            site.head.start()  # back again: nobody is up


def bpdu():
    llc = bytes.fromhex("424203" "0000000000" "8000001b54000001" "00000004" "8000001b54aabb00" "8002" "0100" "1400" "0200" "0f00")
    return bytes.fromhex("0180c2000000" "001b54aabb02") + len(llc).to_bytes(2, "big") + llc + bytes(8)


def test_a_spanning_tree_is_heard(site):
    with namespace("client"):
        switch = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    switch.bind(("eth0", 0))
    checking = subprocess.Popen(site.head.command("check"), stdout=subprocess.PIPE, text=True)
    while checking.poll() is None:
        switch.send(bpdu())
        time.sleep(0.5)
    switch.close()
    said = checking.stdout.read()
    assert "spanning tree (bridge 00:1b:54:aa:bb:00)" in said and "30 s" in said and "PortFast" in said, said
    assert "bridge 00:1b:54:aa:bb:00 was heard" in site.log()
