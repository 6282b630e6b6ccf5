"""`rootstock rehearse`: a second head beside the running one, which must not notice."""
import json
import signal
import subprocess
import time
from pathlib import Path

from processes import wait_for


def rehearse(ground, *words, seconds=120):
    return subprocess.run(ground.head.command("rehearse", *words), capture_output=True, text=True, timeout=seconds)


def command_lines():
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found.append((folder / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
    return found


def of_rehearsals():
    return [line for line in command_lines() if "rootstock-fleet" in line or " rehearse" in line]


def test_a_rehearsal_beside_the_running_head(ground):
    def known():
        """The boards of this head; the end of an earlier case's transfers may still change other things of them."""
        return {node["mac"] for node in ground.head.nodes()}, ground.log().count(" is new: ")

    before = known()
    done = rehearse(ground, "--boards", "pi4:2,uboot:1", "--json")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    report = json.loads(done.stdout)
    assert report["good"] and len(report["boards"]) == 3 and report["checked"], done.stdout[-2000:]
    assert known() == before, "the running head has noticed"
    assert not of_rehearsals() and "rehearsal" not in Path("/proc/mounts").read_text()


def test_a_rehearsal_of_a_head_that_lets_nobody_in(ground):
    """Nobody stands by to say yes: the copy of the head takes its boards whatever the settings say."""
    with ground.settings('[nodes]\njoin = "closed"\n'):
        done = rehearse(ground, "--boards", "pi4:1")
    assert done.returncode == 0 and "1 of 1 boards up" in done.stdout, done.stdout[-2000:] + done.stderr


def test_a_killed_rehearsal_leaves_nothing(ground):
    mounts = Path("/proc/mounts").read_text()
    going = subprocess.Popen(ground.head.command("rehearse", "--boards", "pi4:4"), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    wait_for("the boards play", lambda: any("rootstock-fleet" in line for line in command_lines()), 40)
    time.sleep(2)  # in the middle of it
    going.send_signal(signal.SIGKILL)
    going.wait()
    wait_for("all of it ends", lambda: not of_rehearsals(), 20)
    assert Path("/proc/mounts").read_text() == mounts
    assert ground.head.answers()


def test_boards_that_the_image_cannot_boot_are_told_before(ground):
    with ground.generations(arm64=2):
        done = rehearse(ground, "--boards", "pxe:2")
    assert done.returncode == 2 and "cannot boot pxe" in done.stderr and "image build" in done.stderr, done.stderr


def test_more_boards_than_addresses_are_told_before(ground):
    done = rehearse(ground, "--boards", "pi4:90000")
    assert done.returncode == 2 and "room for" in done.stderr, done.stderr


def test_a_user_is_told_that_it_needs_root(ground):
    settings, program = ground.head.settings_file, ground.head.rootstock
    done = subprocess.run(["setpriv", "--reuid", "nobody", "--clear-groups", program, "--config", str(settings), "rehearse"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "root" in done.stderr, done.stderr
