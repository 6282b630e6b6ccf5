"""The real daemon on one end of a cable, clients on the other: what every case of this suite works with."""
import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCES / "server/lab"), str(SOURCES / "tests/support")]

import network  # noqa: E402
from head import Head, settings_text  # noqa: E402
from processes import Processes, wait_for  # noqa: E402

FOLDER = Path("/var/tmp/rootstock-netns")  # on a disk: NFS needs file handles, and tmpfs has none
HEAD, CLIENT = "10.77.0.1", "10.77.0.2"
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def namespace(name):
    """Sockets opened inside belong to that namespace, for as long as they live."""
    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{name}") as there:
        libc.setns(there.fileno(), CLONE_NEWNET)
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


class Site:
    def __init__(self, rootstock, folder):
        self.state, self.extra = folder / "state", folder / "extra"
        self.extra.mkdir()
        self.state.mkdir()
        self.processes = Processes(folder / "logs")
        self.head = Head(rootstock, "/etc/rootstock/rootstock.toml", self.processes)
        self.files = {"small": b"not much\n", "empty": b"", "big": secrets.token_bytes(3_000_001),
                      "wraps": secrets.token_bytes(34 * 1024 * 1024)}  # more than 65535 blocks of 512
        for name, content in self.files.items():
            (self.extra / name).write_bytes(content)
        Path("/etc/munge").mkdir(exist_ok=True)
        Path("/etc/munge/munge.key").write_bytes(secrets.token_bytes(128))
        subprocess.run(["useradd", "--system", "--no-create-home", "--user-group", "rootstock"], stderr=subprocess.DEVNULL)
        network.neighbour("client", "eth1", "eth0")
        subprocess.run(["ip", "link", "set", "eth1", "up"], check=True)
        self.reset_client_address()
        self.head.configure(self.settings())

    def settings(self, **changes):
        more = f'[tftp]\nextra_files = "{self.extra}"\n'
        return settings_text(**{"interface": "eth1", "address": f"{HEAD}/24", "state": self.state, "more": more} | changes)

    def reset_client_address(self):
        """The client's end has its own fixed address and no other, whatever a DHCP client left there."""
        subprocess.run(["ip", "-n", "client", "address", "flush", "dev", "eth0"], check=True)
        subprocess.run(["ip", "-n", "client", "address", "add", f"{CLIENT}/24", "dev", "eth0"], check=True)

    def client(self, *argv, timeout=60, **options):
        """One program on the client's end, to its end, output kept (as bytes when `text=False`)."""
        return subprocess.run(network.within("client", argv), capture_output=True, timeout=timeout,
                              **({"text": True} | options))

    def pids(self, word):
        """Processes of this world with `word` in their command line."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if word in (folder / "cmdline").read_text().replace("\0", " "):
                        found.append(int(folder.name))
        return found

    def status(self):
        """No command of the CLI shows the counters; the socket it uses does."""
        return head_answers("status")

    def counter(self, protocol, word):
        """The sum of the counters of a protocol whose name contains the word."""
        return sum(count for kind, count in self.status()["counters"][protocol].items() if word in kind)

    def log(self):
        return self.processes.log("rootstock").read_text(errors="replace")

    def restart(self):
        self.head.stop()
        self.head.start()

    def fresh(self, name):
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def head_answers(path, *more):
    """What the socket of the command line says there; `more` words for curl."""
    done = subprocess.run(["curl", "-sS", "--unix-socket", "/run/rootstock/control.sock", *more, f"http://head/{path}"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@contextlib.contextmanager
def head_with(site, more="", **changes):
    """The service with these lines in its settings, a state of its own, and nobody known; as usual afterwards."""
    site.head.stop()
    usual, site.state = site.state, site.fresh("case-state")
    site.head.configure(site.settings(more=more, **changes))
    site.head.start()
    try:
        yield
    finally:
        site.head.stop()
        site.state = usual
        site.head.configure(site.settings())
        site.head.start()


@contextlib.contextmanager
def stopped(site):
    """Without the service: its ports are free, so that nothing but the machine and the wire is found."""
    site.head.stop()
    try:
        yield
    finally:
        site.head.start()


def eventually(what, condition, seconds=20):
    """Like wait_for, and a condition that raises is one that does not hold yet."""
    def holds():
        try:
            return condition()
        except (RuntimeError, subprocess.SubprocessError, OSError):
            return False

    return wait_for(what, holds, seconds)


def seconds_of(action):
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def an_image(state):
    """A generation as `image build` leaves it, but with next to nothing inside: building is another suite's matter."""
    folder, tree = state / "images/compute/1", FOLDER / "tree"
    folder.mkdir(parents=True, exist_ok=True)
    tree.mkdir(exist_ok=True)
    (tree / "readme").write_text("hardly a root\n")
    subprocess.run(["mksquashfs", str(tree), str(folder / "root.squashfs"), "-quiet", "-no-progress"], check=True,
                   stdout=subprocess.DEVNULL)
    (folder / "kernel").write_bytes(b"kernel")
    (folder / "initramfs").write_bytes(b"initramfs")
    digest = hashlib.sha256((folder / "root.squashfs").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({
        "image": "compute", "number": 1, "architecture": "amd64", "root": "squashfs", "digest": digest, "kernel_version": "6.1",
        "origin": "test", "bytes": 1, "created": "2026-01-01T00:00:00Z", "created_unix": 1767225600}))
    (state / "images/compute/active").write_text("1\n")
