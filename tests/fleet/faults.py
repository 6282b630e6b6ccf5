"""The classic faults, staged by simulated boards beside healthy ones: `rootstock story` names each of them.

Most play at once, in one run of the fleet (STAGED); each case waits until the story of its board says what is wrong. How long
that may take: firmware is given its own patience before its silence means anything (server/story/rules_*.cpp).
"""
import contextlib
import itertools
import json
import time

from processes import wait_for
from slurm import Slurm

HEALTHY = 3
STAGED = ["no-dhcp:1", "not-accepted:1", "stopped-after-file:1", "slow-link:1", "no-overlay-asked:1", "root-not-mounted:1",
          "slurm-silent:1", "wrong-clock:1", "out-of-memory:1", "lost:1", "spanning-tree:1", "same-mac:2",
          "same-serial:2"]
UBOOT = {"rival-dhcp", "spanning-tree"}


def macs_of(healthy, items):
    """The fleet numbers its boards in the order of its arguments: {word: [MAC ...]}."""
    number = itertools.count(1)
    macs = {"healthy": [mac_of(next(number)) for _ in range(healthy)]}
    for item in items:
        word, count = item.split(":")
        macs[word] = [mac_of(next(number), word in UBOOT) for _ in range(int(count))]
    macs["same-mac"] = macs.get("same-mac", [])[:1]
    return macs


def mac_of(number, uboot=False):
    return f"{'02:52:6b' if uboot else 'dc:a6:32'}:fe:{number >> 8:02x}:{number & 255:02x}"


def node_of(ground, mac):
    """As `rootstock nodes` shows it; none while the head has not heard of it."""
    return next((node for node in ground.head.nodes() if node["mac"] == mac), None)


def story(ground, mac):
    node = node_of(ground, mac)
    return ground.head.ask("story", node["name"]) if node else {"fault": None}


def named(ground, mac, fault, seconds):
    """Waits until the story names the fault; the story, which has to say as well what was seen and what to do."""
    last = {}

    def says_so():
        last.update(story(ground, mac))
        return last["fault"] == fault
    try:
        wait_for(f"the story of {mac} names {fault}", says_so, seconds, every=1)
    except TimeoutError as late:
        raise AssertionError(f"{late}; it says {json.dumps(last, indent=1)[:3000]}") from None
    assert last["conclusion"] and last["to_do"], last
    print(f"    {last['conclusion']}", flush=True)
    return last


class Stage:
    """The one play of all staged boards; it begins with the first case that wants it."""

    def __init__(self):
        self.stack = None
        self.macs = macs_of(HEALTHY, STAGED)

    def open(self, ground):
        if self.stack is not None:
            return self
        self.stack = contextlib.ExitStack()
        ground.fresh_head()
        slurm = Slurm(ground.head, ground.processes)
        slurm.start()
        self.stack.callback(ground.processes.stop, slurm.controller)
        self.play = self.stack.enter_context(ground.playing("--boards", f"pi4:{HEALTHY}", "--fault", ",".join(STAGED)))
        return self

    def mac(self, word):
        return self.macs[word][0]

    def close(self):
        stack, self.stack = self.stack, None
        if stack:
            stack.close()


STAGE = Stage()


def staged(ground, word, fault=None, seconds=60):
    stage = STAGE.open(ground)
    return named(ground, stage.mac(word), fault or word, seconds)


def test_a_board_that_is_told_to_reboot_and_goes(ground):
    """The rest of it comes last: two minutes of silence mean something, less does not."""
    stage = STAGE.open(ground)
    mac = stage.mac("no-dhcp")
    wait_for("it is up", lambda: story(ground, mac)["fault"] == "none", 40)
    name = node_of(ground, mac)["name"]
    done = ground.head.run("reboot", name, "--now", "--timeout", "20s")
    assert done.returncode == 1 and name in done.stdout + done.stderr, done.stdout + done.stderr
    wait_for("it has said that it reboots", lambda: node_of(ground, mac)["stage"] == "off", 20)


def test_two_boards_of_one_mac(ground):
    doubt = staged(ground, "same-mac", "identity-in-doubt")
    assert STAGE.mac("same-mac") in doubt["conclusion"], doubt


def test_two_boards_of_one_serial(ground):
    """Whoever came first is a node like others; the second is told apart from it."""
    macs = STAGE.open(ground).macs["same-serial"]
    wait_for("both were heard", lambda: all(node_of(ground, mac) for mac in macs), 40)
    first, second = sorted(macs, key=lambda mac: story(ground, mac)["fault"] == "identity-in-doubt")
    said = named(ground, second, "identity-in-doubt", 20)["conclusion"]
    assert first in said and node_of(ground, first)["name"] in said, said
    assert story(ground, first)["fault"] == "none", story(ground, first)


def test_a_bad_cable(ground):
    staged(ground, "slow-link")


def test_a_switch_that_learns_first(ground):
    assert "The switch runs spanning tree (we hear it)" in staged(ground, "spanning-tree")["conclusion"]


def test_a_root_that_is_not_mounted(ground):
    staged(ground, "root-not-mounted")


def test_a_clock_that_is_an_hour_behind(ground):
    assert "60 min behind" in staged(ground, "wrong-clock")["conclusion"]


def test_a_node_that_kills_for_memory(ground):
    staged(ground, "out-of-memory")


def test_a_node_that_falls_silent(ground):
    staged(ground, "lost")
    wait_for("the list says so, too", lambda: node_of(ground, STAGE.mac("lost"))["stage"] == "lost", 20)


def test_a_board_that_takes_no_offer(ground):
    staged(ground, "not-accepted")


def test_a_board_that_stops_after_a_file(ground):
    assert "start4.elf" in staged(ground, "stopped-after-file", seconds=90)["conclusion"]


def test_a_kernel_that_hangs(ground):
    staged(ground, "no-overlay-asked", seconds=130)


def test_a_slurmd_that_does_not_run(ground):
    assert "slurmd is inactive" in staged(ground, "slurm-silent", seconds=130)["conclusion"]


def test_a_board_that_never_comes_back(ground):
    staged(ground, "no-dhcp", seconds=150)


def test_the_healthy_boards_beside_them(ground):
    """They have come up with the right content, in one boot each; and with that the play ends."""
    stage = STAGE.open(ground)
    macs = stage.macs["healthy"]
    played = stage.play.end()
    stage.close()
    played.assert_good()
    assert all(board["there"] and board["boots"] == 1 for board in played.of("pi4")), played.words()
    for mac in macs:
        assert story(ground, mac)["stages"][-1]["stage"] == "up", story(ground, mac)


def test_another_server_is_chosen(ground):
    """Not beside the others: with a rival known, the head takes it for the reason when a board ignores OFFERs."""
    with ground.playing("--fault", "rival-dhcp:1"):
        assert "192.168.178.1" in named(ground, mac_of(1, uboot=True), "rival-dhcp", 40)["conclusion"]


def test_a_file_that_is_missing(ground):
    with ground.generations(amd64=1, arm64=6), ground.playing("--boards", "pi4:1"):
        assert "start4.elf" in named(ground, mac_of(1), "missing-file", 40)["conclusion"]


def test_an_image_for_other_boards(ground):
    with ground.generations(amd64=1), ground.playing("--boards", "pi4:1"):
        named(ground, mac_of(1), "wrong-architecture", 40)


def test_a_board_that_waits_for_approval_and_one_that_is_denied(ground):
    with ground.settings('[nodes]\njoin = "approve"\n'), ground.playing("--boards", "pi4:2") as play:
        one, other = mac_of(1), mac_of(2)
        named(ground, one, "waiting-for-approval", 40)
        wait_for("its initramfs runs", lambda: "its initramfs: got" in str(story(ground, one)["events"]), 40)
        time.sleep(2)  # it asks at the gate at once
        assert ground.head.run("nodes", "approve", node_of(ground, one)["name"]).returncode == 0
        wait_for("it is up", lambda: node_of(ground, one)["stage"] == "up", 60)
        assert ground.head.run("nodes", "deny", node_of(ground, other)["name"]).returncode == 0
        named(ground, other, "denied", 10)
        played = play.end()
    waited = {board["mac"]: board for board in played.boards}[one]
    assert waited["there"] and waited["waits"] > 0, waited["timeline"]
