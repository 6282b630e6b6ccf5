"""The virtual lab of `server/run`: boots nodes, runs a job over all of them, stays up to be tried."""
import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from firmware import FIRMWARE
from image import build_missing, recipe_for
from lab import ADDRESS, Lab
from processes import wait_for
from view import View, line_of
from world import become_inhabitant, furnish, run_in_new_world

SOURCES = Path(__file__).resolve().parent.parent.parent
RUN = Path("/run/rootstock-lab")
MEGABYTES_PER_NODE = 1024
OFFERED = [name for name in FIRMWARE if name != "pi3"]  # that one wants the simulated boot ROM of the tests


def arguments():
    parser = argparse.ArgumentParser(prog="server/run", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, help="how many virtual nodes (default: 2)")
    parser.add_argument("--firmware", default="bios,uefi", metavar="LIST",
                        help=f"what the nodes boot by, in turn: {', '.join(OFFERED)} (default: bios,uefi)")
    parser.add_argument("--batch", action="store_true", help="end after the job; exit 0 only if every node ran it")
    parser.add_argument("--rootstock", default=SOURCES / "build/release/server/rootstock", type=Path)
    parser.add_argument("--state", default=Path("/var/lib/rootstock-lab"), type=Path, help="where images are kept between runs")
    parser.add_argument("--timeout", type=int, default=900, help="seconds to wait for the nodes")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not 1 <= options.nodes <= 200:
        parser.error("--nodes wants a number from 1 to 200")
    options.firmware = options.firmware.split(",")
    for name in options.firmware:
        if name not in OFFERED:
            parser.error(f"--firmware knows no '{name}'; there are {', '.join(OFFERED)}")
    return options


def enough_memory(nodes):
    available = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemAvailable")) // 1024
    wanted = nodes * (MEGABYTES_PER_NODE + 150)
    if available < wanted:
        print(f"server/run: {nodes} nodes want {wanted} MB of memory and {available} MB are free: ask for fewer (--nodes)",
              file=sys.stderr)
    return available >= wanted


def only_lab():
    """The lock that keeps a second lab out, held until the process ends; none when another lab holds it."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    lock = open(RUN / "lock", "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("server/run: a lab is running on this machine already; end it with Ctrl-C where it was started",
              file=sys.stderr)
        return None
    return lock


def outside(options):
    if not enough_memory(options.nodes):
        return 1
    lock = only_lab()
    if not lock:
        return 1
    shutil.rmtree(RUN / "logs", ignore_errors=True)  # of the lab before this one
    for leftover in options.state.glob("state.db*"):  # images are worth keeping; who sat where is not
        leftover.unlink()
    status = run_in_new_world([sys.executable, __file__, "--inside", *sys.argv[1:]],
                              started=lambda pid: (RUN / "pid").write_text(f"{pid}\n"))
    (RUN / "pid").unlink(missing_ok=True)
    return status


def firmware_of(options):
    """Of each node, by its number less one."""
    return [options.firmware[index % len(options.firmware)] for index in range(options.nodes)]


def boot_all(lab, options):
    """Powers on, shows the boots. The names of those that joined in time."""
    for number, firmware in enumerate(firmware_of(options), 1):
        lab.add(number, firmware, memory=MEGABYTES_PER_NODE).power_on()
    view = View()

    def all_joined():
        view.show(lab.head.nodes())
        return len(lab.joined()) == options.nodes

    try:
        wait_for("all nodes idle", all_joined, options.timeout, every=1)
    except TimeoutError as late:
        print(f"server/run: {late}", file=sys.stderr)
    return lab.joined()


def show_missing(lab, joined):
    for machine in lab.machines:
        node = lab.node_of(machine)
        if node and node["name"] in joined:
            continue
        state = line_of(node) if node else "was never heard of"
        print(f"\n{machine.name} ({machine.firmware}, {machine.mac}) did not join: {state}\n"
              f"Its console ends with:\n{machine.console_tail()}", file=sys.stderr)


def job(lab, joined):
    """sinfo, then one srun over all that joined. How many nodes answered."""
    print("\n$ sinfo\n" + lab.slurm.run("sinfo").stdout, flush=True)
    command = "echo $(hostname): $(nproc) CPU, $(free -m | awk '/^Mem:/ {print $7}') MB free, up $(cut -d. -f1 /proc/uptime) s"
    print(f"$ srun --nodes={len(joined)} --label ...", flush=True)
    done = lab.slurm.job_on_all(joined, "sh", "-c", command)
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        print(f"srun: exit {done.returncode}\n{done.stderr}", file=sys.stderr)
        return 0
    return len({line.split()[1] for line in done.stdout.splitlines() if ":" in line})


TO_TRY = """
The lab stays up until Ctrl-C. In another terminal:
  sudo server/lab/enter sinfo -N -l                          the nodes, as Slurm sees them
  sudo server/lab/enter srun -N {nodes} -l hostname                a job of your own
  sudo server/lab/enter rootstock nodes                      what each node booted, and when
  sudo server/lab/enter rootstock explain 52:54:00:77:00:01  what this board is told at power-on, and why
  sudo server/lab/enter rootstock overlay node01             the files that make node01 itself
  sudo {rootstock} --config {run}/rootstock.toml image build {recipe} --name lab
                                                             a new generation, for the next boot of each node
  tail -f {run}/logs/board01.console         the console of the first board
  tail -f {run}/logs/rootstock.log           what the service says
"""


def stay(options):
    recipe = recipe_for(FIRMWARE[options.firmware[0]].architecture, RUN)
    print(TO_TRY.format(nodes=options.nodes, run=RUN, rootstock=options.rootstock, recipe=recipe), flush=True)
    while True:
        time.sleep(3600)


def inside(options):
    become_inhabitant()
    # The one folder of the outer /run that this world shares: others read the logs and find the way in there.
    shared = os.open(RUN, os.O_PATH)
    furnish("head", ADDRESS)
    RUN.mkdir()
    subprocess.run(["mount", "--no-canonicalize", "--bind", f"/proc/self/fd/{shared}", RUN], check=True, pass_fds=[shared])
    lab = Lab(options.rootstock, options.state, RUN / "logs")
    shutil.copy(lab.head.settings_file, RUN)
    begin = time.monotonic()
    try:
        build_missing(lab.head, sorted({FIRMWARE[name].architecture for name in firmware_of(options)}), RUN,
                      options.state / "images")
        begin = time.monotonic()
        lab.start()
        joined = boot_all(lab, options)
        seconds = time.monotonic() - begin
        show_missing(lab, joined)
        ran = job(lab, joined) if joined else 0
        if not options.batch and joined:
            stay(options)
    except KeyboardInterrupt:
        print("\nEnding the lab", flush=True)
        return 130 if options.batch else 0
    except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as fault:
        print(f"server/run: {fault}\n  the logs: {RUN}/logs", file=sys.stderr)
        return 1
    finally:
        lab.stop()
    print(f"{len(joined)} of {options.nodes} nodes joined in {seconds:.0f} seconds; {ran} ran the job")
    return 0 if ran == options.nodes else 1


def main():
    options = arguments()
    return inside(options) if options.inside else outside(options)


if __name__ == "__main__":
    sys.exit(main())
