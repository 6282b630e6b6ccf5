"""A node that is up, as far as the head can tell: the address of a board that booted, heartbeats, and orders obeyed."""
import contextlib
import sqlite3
import subprocess
import threading
import time
import uuid

from board import BIOS_ROM, Board
from place import HEAD, eventually

BEAT = 0.5  # seconds; the head asks for less, and takes more


class LivingNode:
    """Its own thread beats and obeys. `deaf`: takes no order."""
    def __init__(self, site, mac, deaf=False):
        self.site, self.mac, self.deaf = site, mac, deaf
        # Nodes of their own have a kernel of their own, and each its own limit on what it answers.
        site.client("sh", "-c", "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit")
        self.ending = threading.Event()
        self.board = None
        self.boot()
        self.name = self.row()["name"]
        site.head.ask("overlay", self.name)  # makes its token
        self.token = eventually("the token is kept", self.kept_token)
        self.come_up()
        self.thread = threading.Thread(target=self.live)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.switch_off()

    def row(self):
        return next(node for node in self.site.head.nodes() if node["mac"] == self.mac)

    def kept_token(self):
        with contextlib.closing(sqlite3.connect(self.site.state / "state.db")) as state:
            found = state.execute("SELECT token FROM nodes WHERE name = ?", (self.name,)).fetchone()
        return found and found[0]

    def boot(self):
        self.system, self.switched_on = str(uuid.uuid4()), time.monotonic()
        with Board(self.mac) as board:
            self.address = board.lease(BIOS_ROM).address
        subprocess.run(["ip", "-n", "client", "address", "add", f"{self.address}/24", "dev", "eth0"], check=True)

    def switch_off(self):
        subprocess.run(["ip", "-n", "client", "address", "del", f"{self.address}/24", "dev", "eth0"], stderr=subprocess.DEVNULL)

    def say(self, path, **fields):
        form = "&".join(f"{name}={value}" for name, value in {"token": self.token, "boot": self.system, **fields}.items())
        done = self.site.client("curl", "-sS", "--max-time", "5", "--interface", self.address, "--data", form,
                                f"http://{HEAD}/node/{path}")
        return done.stdout

    def beat(self):
        return self.say("beat", generation="compute%2F1", uptime=time.monotonic() - self.switched_on, clock=time.time(), memory=500,
                        total=1000, root=3, slurmd="absent", oom=0)

    def end(self):
        """In order, without having been told to."""
        self.ending.set()
        self.thread.join()
        self.say("down", how="poweroff")

    def come_up(self):
        assert self.say("up", generation="compute%2F1", kernel="6.1", seconds=20) == "ok\n"
        assert self.beat().startswith("again ")

    def live(self):
        while not self.ending.wait(BEAT):
            order = self.beat().splitlines()[1:]
            if self.deaf or not order:
                continue
            self.say("down", how=order[0])
            self.switch_off()
            if order[0] == "poweroff":
                return
            self.boot()
            self.come_up()
