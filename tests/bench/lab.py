"""Two namespaces and a veth between them, processes with exact accounting, and every server to be compared.

Traffic stays between the namespaces. What is started here is ended here, by its own pid, also when the bench is stopped.
"""
import atexit
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SERVER, CLIENT, PREFIX = "10.77.0.1", "10.77.0.2", 16
INTERFACE = "eth0"


def run(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


class Lab:
    """`server` and `client` are the namespaces' names, `work` is a folder that everybody may read."""

    def __init__(self):
        name = f"rsb{os.getpid()}"
        self.server, self.client = name + "-srv", name + "-cli"
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="rootstock-bench-"))
        self.work.chmod(0o755)
        self.running, self.namespaces, self.count = [], [], 0
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        for namespace in (self.server, self.client):
            run("ip", "netns", "add", namespace)
            self.namespaces.append(namespace)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        run("ip", "-n", self.server, "link", "add", INTERFACE, "type", "veth",
            "peer", "name", INTERFACE, "netns", self.client)
        for namespace, address in ((self.server, SERVER), (self.client, CLIENT)):
            run("ip", "-n", namespace, "addr", "add", f"{address}/{PREFIX}", "brd", "+", "dev", INTERFACE)
            run("ip", "-n", namespace, "link", "set", INTERFACE, "up")

    def start(self, namespace, argv, log=None):
        """A process in a namespace and in a cgroup of its own (process.cgroup)."""
        self.count += 1
        cgroup = Cgroup(f"{self.server}-{self.count}")
        output = open(log, "ab") if log else subprocess.DEVNULL
        process = subprocess.Popen(["nsenter", f"--net=/run/netns/{namespace}", *map(str, argv)],
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                   preexec_fn=cgroup.enter)
        process.cgroup = cgroup
        self.running.append(process)
        return process

    def run(self, namespace, argv, timeout=120):
        return subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", *map(str, argv)], timeout=timeout,
                              capture_output=True, text=True)

    def stop(self, process):
        children = set(process.cgroup.pids()) - {process.pid}
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid in children & set(process.cgroup.pids()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.cgroup.remove()
        self.running.remove(process)

    def close(self):
        for process in list(self.running):
            self.stop(process)
        for namespace in self.namespaces:
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
        self.namespaces = []
        shutil.rmtree(self.work, ignore_errors=True)


class Cgroup:
    """CPU time and memory of a server and of all that it forks; v2 and v1."""
    ROOTS = (("/sys/fs/cgroup", "cgroup.controllers"), ("/sys/fs/cgroup/unified", "cgroup.controllers"),
             ("/sys/fs/cgroup/cpuacct", "cpuacct.usage"))

    def __init__(self, name):
        root = next((root for root, mark in self.ROOTS if os.path.exists(os.path.join(root, mark))), None)
        if root is None:
            sys.exit("no cgroup hierarchy is mounted under /sys/fs/cgroup: CPU time cannot be measured")
        self.folder = pathlib.Path(root, "bench-" + name)
        self.folder.mkdir()

    def enter(self):
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def pids(self):
        try:
            return [int(pid) for pid in (self.folder / "cgroup.procs").read_text().split()]
        except OSError:
            return []

    def cpu_seconds(self):
        v1 = self.folder / "cpuacct.usage"
        if v1.exists():
            return int(v1.read_text()) / 1e9
        return int((self.folder / "cpu.stat").read_text().split()[1]) / 1e6

    def memory_mb(self):
        """Resident memory; pages that children share with the first process count once."""
        total = 0
        for index, pid in enumerate(sorted(self.pids())):
            try:
                _, resident, shared = map(int, pathlib.Path(f"/proc/{pid}/statm").read_text().split()[:3])
            except OSError:
                continue
            total += resident if index == 0 else resident - shared
        return total * os.sysconf("SC_PAGESIZE") / 1e6

    def remove(self):
        for _ in range(50):
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.02)


class PeakMemory(threading.Thread):
    """The most memory a cgroup had, looked at ten times a second until stop()."""

    def __init__(self, cgroup):
        super().__init__(daemon=True)
        self.cgroup, self.megabytes, self.ended = cgroup, 0, threading.Event()
        self.start()

    def run(self):
        while True:
            self.megabytes = max(self.megabytes, self.cgroup.memory_mb())
            if self.ended.wait(0.1):
                return

    def stop(self):
        self.ended.set()
        self.join()
        return self.megabytes


def rootstock_settings(lab, extra_files):
    """A settings file for `rootstock serve --worker` in the server's namespace; state and socket are in lab.work."""
    state, socket = lab.work / "state", lab.work / "run"
    state.mkdir(exist_ok=True)
    socket.mkdir(exist_ok=True)
    path = lab.work / "rootstock.toml"
    path.write_text(f"""[network]
interface = "{INTERFACE}"
address = "{SERVER}/{PREFIX}"
pool = "10.77.1.0-10.77.255.254"
[dhcp]
conflict_probe = false
[tftp]
extra_files = "{extra_files}"
[slurm]
enabled = false
max_nodes = 65000
[paths]
state = "{state}"
run = "{socket}"
[service]
user = "nobody"
group = "nogroup"
log_level = "warning"
""")
    return path


def make_file(path, size):
    """Bytes that do not compress, the same in every run."""
    path.write_bytes(random.Random(size).randbytes(size))
    path.chmod(0o644)


def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
