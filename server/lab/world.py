"""A private world for one head and its nodes: network, mounts, processes and host name of their own.

What is started in a world ends with it, however it ends: the world's first process has a PID namespace, and when it dies
the kernel ends the rest. Interfaces and mounts go with the namespaces. So there is nothing to clear up afterwards.
"""
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
OUTSIDE = "ROOTSTOCK_OUTSIDE_NETWORK"  # the descriptor, inside a world, of the network it was made from
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """For preexec_fn: SIGKILL for this process as soon as the one that started it is gone."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def first_process(outer):
    """The world's first process, as numbered out here; none when it is gone."""
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    while outer.poll() is None:
        numbers = children.read_text().split()
        if numbers:
            return int(numbers[0])
        time.sleep(0.01)
    return None


def run_in_new_world(argv, started=lambda pid: None):
    """Runs argv in a world of its own; hands SIGTERM on to it. Returns its exit status."""
    unshare = ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    network = os.open("/proc/self/ns/net", os.O_RDONLY)
    outer = subprocess.Popen(unshare + argv, preexec_fn=die_with_parent, pass_fds=[network],
                             env=os.environ | {OUTSIDE: str(network)})

    def hand_on(signum, _frame):
        inner = first_process(outer)
        if inner:
            os.kill(inner, signum)

    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, hand_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends Ctrl-C to those inside as well
    started(first_process(outer))
    return outer.wait()


def become_inhabitant():
    """Called by the world's first process. It stays behind to bury orphans; this returns in its only child."""
    child = os.fork()
    if child == 0:
        die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored when a script started us in the background
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda number, _frame: os.kill(child, number))
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def mount(*argv):
    subprocess.run(["mount", *argv], check=True)


def run_on_outside_network(argv):
    """A program of this world with the machine's own network, e.g. to fetch packages. CalledProcessError when it fails."""
    network = int(os.environ[OUTSIDE])
    subprocess.run(["nsenter", f"--net=/proc/self/fd/{network}", "--", *argv], check=True, pass_fds=[network],
                   preexec_fn=die_with_parent)


def furnish(host_name, address, private=("/etc", "/var/log"), empty=("/var/lib/slurm",)):
    """An own /run, copies on write of the folders `private`, and nothing yet in the folders `empty`, so that this world
    looks like a machine of its own: /etc/slurm, /etc/munge, /run/munge ... are where they always are."""
    hosts, resolver = (Path(file).read_text() for file in ("/etc/hosts", "/etc/resolv.conf"))
    mount("-t", "sysfs", "sysfs", "/sys")  # the one that was here shows the other world's interfaces
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for number, folder in enumerate(private):
        upper, work = f"/run/world/{number}/upper", f"/run/world/{number}/work"
        os.makedirs(upper)
        os.makedirs(work)
        mount("-t", "overlay", "-o", f"lowerdir={folder},upperdir={upper},workdir={work}", "overlay", folder)
    for folder in empty:
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
    subprocess.run(["hostname", host_name], check=True)
    Path("/etc/hostname").write_text(host_name + "\n")
    Path("/etc/hosts").write_text(f"{address} {host_name}\n{hosts}")
    Path("/etc/resolv.conf").unlink(missing_ok=True)  # often a link into the /run that is hidden now
    Path("/etc/resolv.conf").write_text(resolver)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
