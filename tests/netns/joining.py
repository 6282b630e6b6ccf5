"""How boards come in, and who sits where: every way to join, replacement, doubt about identity, and addresses that stay with
whoever uses them. Each case has a head of its own settings on the same cable, with an empty state."""
import contextlib
import json
import re
import signal
import socket
import sqlite3
from pathlib import Path

import network
from board import BIOS_ROM, DISCOVER, REQUEST, Board
from boards import pi_options
from clients_of_dhcp import LASTING_SCRIPT
from crashes import kill_and_wait
from living_node import LivingNode
from place import eventually, head_answers, head_with

MAC = "52:54:00:1e:00:%02x"
WAITING, USUAL = 120, 12 * 3600


def order(verb, **body):
    """What the command line asks of the head."""
    answer = head_answers(f"nodes/{verb}", "-H", "Content-Type: application/json", "--data", json.dumps(body))
    assert "error" not in answer and not answer.get("failed") and not answer.get("faults"), answer
    return answer


def seen(site, mac):
    return {node["mac"]: node for node in site.head.nodes()}[mac]


def seconds(answer):
    return int.from_bytes(answer.options[51], "big")


def name(answer):
    return answer.options.get(12, b"").decode()


def leased(number, firmware=BIOS_ROM):
    with Board(MAC % number) as board:
        return board.lease(firmware)


def hears_nothing(number, firmware=BIOS_ROM):
    with Board(MAC % number) as board:
        return board.ask(DISCOVER, firmware, seconds=1) is None


def pi(number, serial):
    return pi_options(b"RPi4", MAC % number, serial)


def test_approve_parks_a_board_until_somebody_says_yes(site):
    with head_with(site, '[nodes]\njoin = "approve"\n'):
        parked = leased(1)
        assert seconds(parked) == WAITING and name(parked) == "node01"
        assert seconds(leased(2)) == WAITING
        order("approve", nodes="node01")
        with Board(MAC % 1) as board:
            board.take_address(parked)
            renewed = board.ask(REQUEST, {}, client_address=parked.address)
        assert (renewed.kind, renewed.address, seconds(renewed)) == ("ACK", parked.address, USUAL)
        order("deny", nodes="node02")
        assert hears_nothing(2)
        kill_and_wait(site, "worker")
        assert hears_nothing(2) and seconds(leased(1)) == USUAL


def test_a_window_is_opened_and_shut(site):
    with head_with(site, '[nodes]\njoin = "window"\n'):
        assert seconds(leased(3)) == WAITING
        order("join", seconds=600)
        assert seconds(leased(4)) == USUAL and seconds(leased(5)) == USUAL
        listed = json.dumps(head_answers("nodes/join"))
        assert list(dict.fromkeys(re.findall(r"52:54:00:1e:00:..", listed))) == [MAC % 4, MAC % 5], listed
        order("join", seconds=0)
        assert seconds(leased(6)) == WAITING


def test_closed_answers_whom_it_knows_and_says_who_was_refused(site):
    declared = f'[[node]]\nname = "red"\nmac = "{MAC % 7}"\naddress = "10.77.0.77"\n[[node]]\nname = "pi"\nserial = "1234abcd"\n'
    with head_with(site, '[nodes]\njoin = "closed"\n' + declared):
        red = leased(7)
        assert (name(red), red.address) == ("red", "10.77.0.77")
        assert name(leased(8, pi(8, 0x1234abcd))) == "pi"
        assert hears_nothing(9) and f"rootstock nodes declare NAME --mac {MAC % 9}" in site.log()
        order("declare", rows=[{"name": "blue"}])
        assert name(leased(9)) == "blue", "the next new board takes a seat that waits for anybody"
        assert hears_nothing(10)


def test_a_replaced_board_leaves_name_and_address_to_the_next_over_a_crash_too(site):
    with head_with(site):
        old = leased(11)
        order("replace", nodes="node01")
        kill_and_wait(site, "worker")
        new = leased(12)
        assert (name(new), new.address) == (name(old), old.address)
        kill_and_wait(site, "worker")
        assert leased(12).address == old.address
        other = leased(11)
        assert (name(other), other.address != old.address) == ("node02", True), "the old board is a new one now"


def test_a_cloned_serial_waits_and_a_stranger_under_a_known_mac_is_doubted(site):
    with head_with(site):
        assert name(leased(13, pi(13, 0x5151))) == "node01"
        assert seconds(leased(14, pi(14, 0x5151))) == WAITING
        assert "serial 00005151 is that of node01" in seen(site, MAC % 14)["doubt"]
        leased(13, pi(13, 0x6262))
        assert "serial 00006262, where node01 has 00005151" in seen(site, MAC % 13)["doubt"]
        order("approve", nodes="node[01-02]")
        assert seconds(leased(14, pi(14, 0x5151))) == USUAL
        leased(13, pi(13, 0x6262))
        assert not seen(site, MAC % 13)["doubt"], "the board that asked last is the one that was approved"


def test_one_board_on_two_seats_is_told_in_the_stories_of_both(site):
    """BIOS_ROM says one UUID, whatever the MAC."""
    with head_with(site, "[slurm]\nenabled = false\n"), LivingNode(site, MAC % 15) as one:
        assert "UUID" not in site.head.ask("story", one.name)["conclusion"]
        one.end()
        leased(16)
        for name in ("node01", "node02"):
            told = site.head.ask("story", name)
            assert f"node01 ({MAC % 15}) and node02 ({MAC % 16}) say the same UUID" in told["conclusion"], told
            assert f"rootstock nodes replace node01 --with {MAC % 16}" in told["to_do"], told


@contextlib.contextmanager
def udhcpc(site):
    """busybox's client on the cable, as an initramfs has it: its process, and the addresses it was given at an event."""
    script, events = Path("/run/joining.script"), Path("/run/udhcpc.events")
    script.write_text(LASTING_SCRIPT)
    script.chmod(0o755)
    events.unlink(missing_ok=True)
    process = site.processes.start("udhcpc", network.within("client", ["busybox", "udhcpc", "-i", "eth0", "-f", "-s", script]))
    try:
        yield process, lambda word: re.findall(rf"^{word} (.*)$", events.read_text() if events.exists() else "", re.M)
    finally:
        site.processes.stop(process)
        events.unlink(missing_ok=True)
        site.reset_client_address()


def test_a_head_that_was_killed_confirms_a_renewal_at_once(site):
    mac = json.loads(site.client("ip", "-json", "link", "show", "eth0").stdout)[0]["address"]
    with head_with(site):
        with Board(mac) as board:
            seat = board.lease(BIOS_ROM)
        with udhcpc(site) as (client, given):
            eventually("udhcpc is bound", lambda: given("bound") == [seat.address])
            kill_and_wait(site, "worker")
            client.send_signal(signal.SIGUSR1)  # renew now
            eventually("udhcpc has renewed", lambda: given("renew") == [seat.address])


def test_a_nodes_address_is_nobody_elses_when_its_lease_is_over_and_the_pool_is_full(site):
    """Nothing but the seat holds it: no probe of the wire, leases that ended long ago, and no other address left."""
    with head_with(site, "[dhcp]\nconflict_probe = false\n", address='10.77.0.1/24"\npool = "10.77.0.50-10.77.0.51'):
        addresses = {leased(21).address, leased(22).address}
        site.head.stop()
        with sqlite3.connect(site.state / "state.db") as state:
            assert state.execute("UPDATE leases SET until = 1").rowcount == 2
        site.head.start()
        with Board(MAC % 23) as other:
            assert other.ask(DISCOVER, {}, seconds=1) is None, "all of the pool are nodes'"
            for address in addresses:
                assert other.ask(REQUEST, {50: socket.inet_aton(address)}).kind == "NAK"
        assert {leased(21).address, leased(22).address} == addresses
        order("forget", nodes="node02", force=True)
        with Board(MAC % 23) as other:
            assert other.lease({}).address in addresses
