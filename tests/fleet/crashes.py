"""SIGKILL of worker and keeper again and again while boards boot: nobody gets another's address, no seat is lost."""
import contextlib
import os
import random
import signal
import sqlite3
import threading
import time

from processes import wait_for

# When a file breaks off that a Pi cannot do without, its firmware stops for good (NETBOOT-FACTS 2.2: start4.elf, kernel,
# device tree) until somebody takes its power away, as the story says. All others begin anew by themselves.
BOARDS, COUNT = "pi3:3,pi4:4,pi5:6,uboot:4,uefi:4,ipxe:3", 24
POWER_CYCLE = "15s"
STORM = 40  # seconds
RESTART = 0.5  # systemd waits 2 s (rootstock.service) and clears away what is left; here the product has to


def seats(ground):
    """{mac: (name, address)} as the disk has it, whoever lives or dies."""
    with contextlib.closing(sqlite3.connect(f"file:{ground.state}/state.db?mode=ro", uri=True, timeout=5)) as state:
        rows = state.execute("SELECT mac, name, address FROM nodes").fetchall()
    found = {mac: (name, address) for mac, name, address in rows}
    assert len(found) == len(rows), f"a board has two seats: {rows}"
    for word, values in (("name", [name for name, _ in found.values()]),
                         ("address", [address for _, address in found.values() if address])):
        assert len(set(values)) == len(values), f"one {word} for two: {rows}"
    return found


class Seen:
    """What each board was ever given: a seat and an address are for good."""

    def __init__(self):
        self.seats = {}

    def look(self, ground):
        for mac, (name, address) in seats(ground).items():
            before = self.seats.setdefault(mac, [name, address])
            assert before[0] == name, f"{mac:012x} was {before[0]}, and is {name} now"
            assert before[1] in (0, address), f"{name} had {before[1]:08x}, and has {address:08x} now"
            before[1] = address
        gone = set(self.seats) - set(seats(ground))
        assert not gone, f"seats lost: {gone}"


def kill(ground, who):
    if who == "worker":
        os.kill(ground.worker(), signal.SIGKILL)
        return
    os.kill(ground.head.process.pid, signal.SIGKILL)
    ground.processes.stop(ground.head.process)
    time.sleep(RESTART)
    ground.head.start()


def storm(ground, seen, fleet):
    """Kills until time is up, or until the boards are all there; how often."""
    chance, end, kills = random.Random(8), time.monotonic() + STORM, {"worker": 0, "keeper": 0}
    while time.monotonic() < end and fleet.is_alive():
        time.sleep(chance.uniform(2, 4))
        who = "keeper" if kills["keeper"] < kills["worker"] else "worker"
        with contextlib.suppress(KeyError):  # it has no worker just now
            kill(ground, who)
            kills[who] += 1
        seen.look(ground)
    return kills


def test_killed_again_and_again_while_boards_boot(ground):
    ground.fresh_head()
    played, seen = [], Seen()
    fleet = threading.Thread(target=lambda: played.append(
        ground.play("--boards", BOARDS, "--start-within", "20s", "--rate", "60mbit", "--seed", "8",
                    "--power-cycle", POWER_CYCLE, seconds=240)), daemon=True)
    fleet.start()
    wait_for("the first boards have seats", lambda: len(seats(ground)) >= 3, 20)
    kills = storm(ground, seen, fleet)
    print(f"    killed {kills['worker']} times the worker, {kills['keeper']} times the keeper", flush=True)
    assert min(kills.values()) >= 3, f"that was no storm: {kills}"
    fleet.join(260)
    assert played, "the fleet gave no report"
    played[0].assert_good()
    seen.look(ground)
    assert len(seats(ground)) == COUNT, seats(ground)
    given = {int(board["mac"].replace(":", ""), 16): board["address"] for board in played[0].boards}
    kept = {mac: address for mac, (_, address) in seats(ground).items()}
    assert len(set(given.values())) == COUNT and given.keys() == kept.keys(), given
    wrong = [board for board, address in given.items()
             if kept[board] != int.from_bytes(bytes(map(int, address.split("."))), "big")]
    assert not wrong, f"boards use other addresses than their seats have: {wrong}"
    wait_for("the head knows all to be up",
             lambda: len(ground.head.nodes()) == COUNT and all(ground.head.ask("story", node["name"])["stage"] == "up"
                                                                for node in ground.head.nodes()), 20)
