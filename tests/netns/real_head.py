"""`server/run --interface`: this world's machine becomes the head of a real cluster, as far as a world without systemd goes.
/etc, /usr/local and /var/lib are the world's own, so the real machine keeps its settings."""
import contextlib
import json
import os
import subprocess
from pathlib import Path

from board import BIOS_ROM, Board
from cases import Skip
from place import SOURCES, an_image, eventually

PROGRAM = Path("/usr/local/sbin/rootstock")
SETTINGS = Path("/etc/rootstock/rootstock.toml")
STATE = Path("/var/lib/rootstock")


def set_up(*words):
    return subprocess.run([str(SOURCES / "server/run"), *words], capture_output=True, text=True, timeout=900)


def test_the_interface_must_exist(site):
    done = set_up("--interface", "eth77")
    assert done.returncode == 1 and "eth77" in done.stderr and "eth1" in done.stderr, done.stderr


def test_the_uplink_is_refused(site):
    subprocess.run(["ip", "route", "add", "default", "via", "10.77.0.2", "dev", "eth1"], check=True)
    try:
        done = set_up("--interface", "eth1")
    finally:
        subprocess.run(["ip", "route", "del", "default"], check=True)
    assert done.returncode == 1 and "default route" in done.stderr, done.stderr


def test_set_up_of_a_fresh_machine(site):
    if Path(site.head.rootstock).resolve() != SOURCES / "build/release/server/rootstock":
        raise Skip("server/run installs build/release, and that is not the program under test")
    site.head.stop()
    disk = site.fresh("head-state")  # NFS needs a file system with handles below
    STATE.mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", str(disk), str(STATE)], check=True)
    an_image(STATE)
    SETTINGS.unlink()
    Path("/etc/munge/munge.key").unlink()
    Path("/etc/slurm").mkdir(exist_ok=True)
    Path("/etc/slurm/slurm.conf").write_text("# mine\n")
    done = set_up("--interface", "eth1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'interface = "eth1"' in SETTINGS.read_text() and "10.77.0.1/24" in SETTINGS.read_text()
    assert Path("/etc/slurm/slurm.conf.before-rootstock").read_text() == "# mine\n"
    assert "enable_configless" in Path("/etc/slurm/slurm.conf").read_text()
    assert Path("/etc/munge/munge.key").stat().st_mode & 0o077 == 0
    assert Path("/etc/systemd/system/rootstock.service").exists() and os.access(PROGRAM, os.X_OK)
    assert "systemd does not run here" in done.stdout


def test_a_second_set_up_keeps_the_settings(site):
    if not PROGRAM.exists():
        raise Skip("no set-up before")
    SETTINGS.write_text(SETTINGS.read_text() + "# a line of my own\n")
    key = Path("/etc/munge/munge.key").read_bytes()
    done = set_up("--interface", "eth1", "--address", "10.99.0.1/24")
    assert done.returncode == 0, done.stdout + done.stderr
    assert SETTINGS.read_text().endswith("# a line of my own\n") and "10.99" not in SETTINGS.read_text()
    assert Path("/etc/munge/munge.key").read_bytes() == key
    assert Path("/etc/slurm/slurm.conf.before-rootstock").read_text() == "# mine\n"


def test_the_unit_is_sound(site):
    if not PROGRAM.exists():
        raise Skip("no set-up before")
    done = subprocess.run(["systemd-analyze", "verify", "/etc/systemd/system/rootstock.service"], capture_output=True, text=True)
    assert "rootstock.service" not in done.stderr, done.stderr


def test_started_by_hand_as_it_said(site):
    """munge, the service, Slurm's controller: in the words that the set-up printed."""
    if not PROGRAM.exists():
        raise Skip("no set-up before")
    said = set_up("--interface", "eth1").stdout
    lines = [line.strip() for line in said.split("in this order:")[1].splitlines()[1:4]]
    started = site.processes.start("by-hand", ["bash", "-c", "\n".join(lines) + "\nwait"])
    try:
        eventually("Slurm's controller answers", lambda: "UP" in subprocess.run(
            ["scontrol", "ping"], capture_output=True, text=True).stdout, 40)
        with Board("52:54:00:ff:00:01") as board:
            board.lease(BIOS_ROM)
        shown = subprocess.run([str(PROGRAM), "nodes", "--json"], capture_output=True, text=True)
        assert [node["name"] for node in json.loads(shown.stdout)["nodes"]] == ["node01"], shown.stdout + shown.stderr
    finally:
        for pid in site.pids("slurmctld") + site.pids("munged") + site.pids(f"{PROGRAM} serve"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 15)
        site.processes.stop(started)
