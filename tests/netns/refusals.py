"""What stops the service from starting: one clear message each, the right exit code, and what to do."""
import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

from board import BIOS_ROM, IPXE, Board
from place import HEAD, eventually, stopped

OTHER = Path("/etc/rootstock/other.toml")


def run_with(site, text, *words, user=None, timeout=30):
    """`rootstock WORDS` with these settings, to its end: (exit code, what it said)."""
    OTHER.write_text(text)
    OTHER.chmod(0o644)
    done = subprocess.run([site.head.rootstock, "--config", str(OTHER), *words], capture_output=True, text=True,
                          timeout=timeout, user=user)
    return done.returncode, done.stdout + done.stderr


BROKEN = """[cluster]
nmae = "lab"
[network]
interface = "eth1"
address = "10.77.0.1"
pool = "10.77.0.90-10.77.0.10"
[dhcp]
lease_time = -5
[ports]
dhcp = 70000
"""


def test_broken_settings_every_fault_with_its_line(site):
    for command in ("check", "serve"):
        code, said = run_with(site, BROKEN, command)
        assert code == 2, (code, said)
        for word in ("nmae", "name", "address", "lease_time", "70000", "other.toml:2", "other.toml:5", "^"):
            assert word in said, (word, said)


def test_no_settings_file(site):
    done = subprocess.run([site.head.rootstock, "--config", "/nowhere.toml", "serve"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and "/nowhere.toml" in done.stderr, done.stderr


def test_not_toml_at_all(site):
    code, said = run_with(site, "[network\ninterface = eth1", "check")
    assert code == 2 and "other.toml:1" in said, said


def test_not_root(site):
    code, said = run_with(site, site.settings(), "serve", user="nobody")
    assert code != 0 and "root" in said, said


def test_unknown_user(site):
    code, said = run_with(site, site.settings(user="nobody-knows-me"), "check")
    assert code == 2 and "nobody-knows-me" in said, said


def test_check_of_a_good_host(site):
    with stopped(site):
        done = site.head.run("check")
    assert done.returncode == 0 and "first come" not in done.stdout, done.stdout + done.stderr


def test_port_taken_names_the_holder(site):
    with stopped(site):
        holder = subprocess.Popen(["/usr/bin/python3", "-c", "import socket,time\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
                                   "s.bind(('0.0.0.0',69))\nprint('bound',flush=True)\ntime.sleep(60)"], stdout=subprocess.PIPE)
        try:
            holder.stdout.readline()
            checked = site.head.run("check")
            assert checked.returncode == 2, checked.stdout
            said = checked.stdout + checked.stderr
            assert "69" in said and "python3" in said and str(holder.pid) in said, said
        finally:
            holder.kill()
            holder.wait()


def test_check_of_a_missing_interface(site):
    code, said = run_with(site, site.settings(interface="eth77"), "check")
    assert code == 2 and "eth77" in said and "eth1" in said, said


def test_check_of_a_plain_queue(site):
    """This kernel may know no better one; that one is no finding is a unit test's."""
    tc = ["tc", "qdisc", "replace", "dev", "eth1", "root"]
    subprocess.run([*tc, "pfifo"], check=True)
    try:
        _, said = run_with(site, site.settings(), "check")
    finally:
        subprocess.run(["tc", "qdisc", "delete", "dev", "eth1", "root"], check=True)
    assert "eth1 sends in the order first come" in said and "tc qdisc replace dev eth1 root fq_codel" in said, said


def test_check_of_a_missing_program(site):
    program = shutil.which("ganesha.nfsd", path="/usr/bin:/usr/sbin")
    subprocess.run(["mount", "--bind", "/dev/null", program], check=True)  # in this world only
    try:
        code, said = run_with(site, site.settings(), "check")
    finally:
        subprocess.run(["umount", program], check=True)
    assert code == 2 and "ganesha" in said and "apt" in said, said


def test_late_interface(site):
    """A USB adapter that is plugged in after the start: the service waits for it, then serves."""
    with stopped(site):
        Path("/etc/rootstock/late.toml").write_text(
            site.settings(interface="late0", address="10.78.0.1/24", state=site.fresh("late-state")))
        late = site.processes.start("late", [site.head.rootstock, "--config", "/etc/rootstock/late.toml", "serve"])
        try:
            time.sleep(2)
            assert late.poll() is None, site.processes.tail("late")
            assert "late0" in site.processes.log("late").read_text()
            subprocess.run(["ip", "link", "add", "late0", "type", "veth", "peer", "name", "far0", "netns", "client"], check=True)
            subprocess.run(["ip", "-n", "client", "link", "set", "far0", "up"], check=True)
            subprocess.run(["ip", "-n", "client", "address", "add", "10.78.0.2/24", "dev", "far0"], check=True)
            answer = eventually("it serves on late0", lambda: site.client(
                "curl", "-sS", "--max-time", "2", "http://10.78.0.1/node/time").stdout.strip().isdigit(), 30)
            assert answer
        finally:
            site.processes.stop(late)
            subprocess.run(["ip", "link", "del", "late0"], stderr=subprocess.DEVNULL)


def test_full_disk_gives_no_lease_that_is_not_kept(site):
    """Nothing is acknowledged that is not on disk; and service goes on when there is room again."""
    with stopped(site):
        tiny = site.fresh("tiny")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(tiny)], check=True)
        try:
            full_disk(site, tiny)
        finally:
            subprocess.run(["umount", "-l", str(tiny)], check=True)


def full_disk(site, tiny):
    Path("/etc/rootstock/tiny.toml").write_text(site.settings(state=tiny))
    tight = site.processes.start("tiny", [site.head.rootstock, "--config", "/etc/rootstock/tiny.toml", "serve"])
    try:
        with Board("52:54:00:ee:00:01") as board:
            eventually("it serves", lambda: lease_or_none(board))
        ballast = tiny / "ballast"
        with open(ballast, "wb", buffering=0) as out, contextlib.suppress(OSError):
            while True:
                out.write(bytes(1 << 16))
        refused = 0
        for number in range(60):  # what the write-ahead log has room for may still be acknowledged
            with Board(f"52:54:00:ee:01:{number:02x}") as board:
                offer = board.ask(1, BIOS_ROM, seconds=0.5)
                answer = offer and board.ask(3, BIOS_ROM | {50: socket.inet_aton(offer.address), 54: socket.inet_aton(HEAD)},
                                             seconds=0.5)
                refused += not answer
            if refused > 2:
                break
        assert tight.poll() is None, site.processes.tail("tiny")
        ballast.unlink()
        with Board("52:54:00:ee:00:02") as board:
            eventually("leases again when there is room", lambda: lease_or_none(board), 30)
    finally:
        site.processes.stop(tight)


def lease_or_none(board):
    try:
        return board.lease(BIOS_ROM)
    except AssertionError:
        return None


def test_no_generation_yet_is_said_clearly(site):
    said = site.head.ask("explain", "52:54:00:aa:00:01", "--ipxe")
    assert not said["generation"] and any("image" in line for line in said["why"]), said
    with Board("52:54:00:aa:00:01") as board:
        board.lease(BIOS_ROM)
        board.take_address(board.lease(IPXE))
        script = site.client("curl", "-sS", "--interface", board.address, f"http://{HEAD}/boot.ipxe").stdout
    assert "image" in script, script
