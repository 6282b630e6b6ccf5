"""One day in the life of a cluster of two x86 boards. The order matters: each case finds the cluster as the one before it left it."""
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

import image
from cluster import ROOT_PATIENCE, STATE
from processes import wait_for

EXTRA_PACKAGE = "hello"
CUT = 120  # seconds without network that a node bears
BIOS_SAYS = "SeaBIOS (version"


def test_new_boards_wait_until_somebody_approves_them(cluster):
    """They say so on their screens, and go on by themselves."""
    cluster.bios.power_on()
    cluster.uefi.power_on()
    parked = [(machine, cluster.parked(machine)) for machine in (cluster.bios, cluster.uefi)]
    # QEMU's BIOS boots by the ROM of its card, and that is iPXE already.
    assert [node["dialect"] for _, node in parked] == ["iPXE", "UEFI x64 PXE"], parked
    for machine, _ in parked:
        assert machine.shows(machine.mac), "somebody before the screen must know which board it is"
        assert "Linux version" not in machine.console_text()
    assert not cluster.slurm.states()
    cluster.must("nodes", "approve", ",".join(node["name"] for _, node in parked))


def test_a_bios_and_a_uefi_board_become_idle(cluster):
    for machine in (cluster.bios, cluster.uefi):
        node = cluster.lab.wait_until_idle(machine, seconds=600)
        assert node["generation"] == f"lab/{cluster.active()}" and node["bytes"] > 5_000_000, node
        assert machine.console_text().count("Linux version") == 1, "it never started over"
        print(f"    {node['name']}: idle, up after {node['seconds']:.0f} s, {node['bytes']} bytes", flush=True)


def test_srun_over_both(cluster):
    done = cluster.srun("--nodes=2", "--ntasks-per-node=1", "hostname")
    wanted = {cluster.name_of(cluster.bios), cluster.name_of(cluster.uefi)}
    assert done.returncode == 0 and set(done.stdout.split()) == wanted, done.stdout + done.stderr


def test_a_node_that_woke_up_in_1970_has_the_right_time(cluster):
    assert "1970-01-02" in cluster.on(cluster.bios, "dmesg | grep 'setting system clock'"), "its battery clock"
    assert abs(int(cluster.on(cluster.bios, "date +%s")) - time.time()) < 5


def test_nodes_register_what_they_have(cluster):
    shown = cluster.slurm.run("scontrol", "show", "node", cluster.name_of(cluster.bios)).stdout
    facts = dict(word.split("=", 1) for word in shown.split() if "=" in word)
    assert facts["CPUTot"] == "1" and 700 < int(facts["RealMemory"]) <= cluster.bios.memory, shown


def test_root_is_read_only_below_and_writable_above(cluster):
    assert cluster.on(cluster.bios, "touch /etc/of-this-node && echo yes") == "yes"
    assert "overlay" in cluster.on(cluster.bios, "awk '$2 == \"/\" {print $3}' /proc/mounts")
    assert cluster.on(cluster.uefi, "test -e /etc/of-this-node || echo none") == "none"


def test_the_limit_on_memory_is_enforced(cluster):
    hungry = "x=$(head -c 400000000 /dev/zero | tr '\\0' x); echo survived"
    done = cluster.srun("--nodes=1", "--mem=100M", "sh", "-c", hungry)
    assert done.returncode != 0 and "survived" not in done.stdout, done.stdout + done.stderr
    assert "survived" in cluster.srun("--nodes=1", "--mem=100M", "sh", "-c", "echo survived").stdout


def test_a_job_too_large_is_refused_with_a_reason(cluster):
    done = cluster.srun("--nodes=3", "--immediate=5", "hostname", timeout=60)
    assert done.returncode != 0 and done.stderr.strip(), done.stdout


def test_explain(cluster):
    said = cluster.head.ask("explain", cluster.uefi.mac, "--arch", "7")
    assert said["node"] == cluster.name_of(cluster.uefi) and said["boot_file"].endswith(".efi") and said["why"], said


def child(cluster, word):
    """The keeper's child whose program is called so; none while it is not there."""
    return next((number for name, number in cluster.head.children().items() if word in name), None)


READING = """
echo begun
end=$(($(cut -d. -f1 /proc/uptime) + {seconds}))
while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do
  echo 3 > /proc/sys/vm/drop_caches
  find /usr/lib -name '*.so*' -type f | head -n 40 | xargs cat > /dev/null || exit 1
  sleep 1
done
echo finished
"""


class ReadingJob:
    """Reads the root all the time, with the node's cache thrown away, for so long at least. Has begun once it is made."""

    def __init__(self, cluster, machine, seconds):
        command = ["srun", "--chdir=/", "--nodelist", cluster.name_of(machine), "--nodes=1", "sh", "-c", READING.format(seconds=seconds)]
        self.out = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.out, stderr=subprocess.STDOUT)
        # Slurm calls the node allocated before the job's first step is there.
        wait_for("the job has begun", lambda: "begun" in self.said(), 60)

    def said(self):
        return os.pread(self.out.fileno(), 1 << 16, 0).decode().splitlines()

    def assert_finished(self, timeout):
        assert self.process.wait(timeout) == 0 and self.said()[-1:] == ["finished"], self.said()


def kill_child(cluster, word):
    """Another one takes its place."""
    killed = child(cluster, word)
    os.kill(killed, signal.SIGKILL)
    wait_for(f"a new {word}", lambda: child(cluster, word) not in (None, killed), 30)


def test_a_job_outlives_the_nfs_server_and_the_head(cluster):
    """The root stalls and goes on, whichever process of the head dies; then the head is stopped in order, too."""
    job = ReadingJob(cluster, cluster.bios, 25)
    time.sleep(2)
    kill_child(cluster, "ganesha")
    time.sleep(4)
    kill_child(cluster, "rootstock-work")
    wait_for("the head answers", cluster.head.answers, 30)
    os.kill(cluster.head.process.pid, signal.SIGKILL)
    cluster.head.process.wait()
    cluster.head.start()
    time.sleep(4)
    cluster.change_joining("open")
    job.assert_finished(240)
    wait_for("both nodes are up and idle, as ever", lambda: len(cluster.lab.joined()) == 2, 120, every=1)


def test_two_boards_with_one_mac(cluster):
    """The one that runs goes on; the other is noticed and gets nothing, and the story says what to do."""
    name, job = cluster.name_of(cluster.bios), ReadingJob(cluster, cluster.bios, 30)
    twin = cluster.lab.add(3, "bios", mac=cluster.bios.mac)
    twin.power_on()
    wait_for("the story of the node names the two", lambda: cluster.fault_of(name) == "identity-in-doubt", 120, every=1)
    story = cluster.head.ask("story", name)
    assert twin.mac in story["conclusion"] + story["to_do"] and f"nodes approve {name}" in story["conclusion"] + story["to_do"], story
    time.sleep(10)  # what a boot of the twin would need for more than its firmware
    twin.power_off()
    cluster.lab.machines.remove(twin)
    assert not twin.shows("overlay here")
    job.assert_finished(240)
    cluster.must("nodes", "approve", name)
    wait_for(f"{name} is up and idle, as ever", lambda: name in cluster.lab.joined(), 120, every=1)


def recipe_with_extra_package():
    """The lab's recipe and one package more."""
    def change(text):
        changed = text.replace("packages = [", f'packages = [\n  "{EXTRA_PACKAGE}",', 1)
        assert changed != text
        return changed

    return image.recipe_for("amd64", STATE, change)


def test_a_rebuild_publishes_and_disturbs_nobody(cluster):
    """Both boards are cut from the network meanwhile: one for two minutes, the other for longer than it bears."""
    before = cluster.older = cluster.active()
    cluster.job = ReadingJob(cluster, cluster.uefi, 30)
    cluster.cut_at = time.time()
    for machine in (cluster.bios, cluster.uefi):
        machine.cut()
    threading.Timer(CUT, cluster.uefi.mend).start()
    image.build(cluster.head, recipe_with_extra_package())
    cluster.newer = cluster.active()
    assert cluster.newer > before and cluster.newer == max(cluster.generations())
    assert cluster.lab.node_of(cluster.bios)["generation"] == f"lab/{before}"


def test_a_node_and_its_job_bear_two_minutes_without_network(cluster):
    name = cluster.name_of(cluster.uefi)
    cluster.job.assert_finished(300)
    assert time.time() > cluster.cut_at + CUT, "its root was away"
    said = [event["text"] for event in cluster.head.ask("story", name)["events"]]
    assert any("no heartbeat" in text for text in said), said
    wait_for(f"{name} is up and idle, as ever", lambda: name in cluster.lab.joined(), 240, every=1)
    assert cluster.uefi.console_text().count("Linux version") == 1, "it never started over"
    assert cluster.on(cluster.uefi, f"command -v {EXTRA_PACKAGE} || echo none") == "none"
    assert cluster.lab.node_of(cluster.uefi)["generation"] == f"lab/{cluster.older}"


def test_a_node_whose_root_is_gone_for_good_starts_over(cluster):
    """Its watchdog sees to it, and the reset needs no hand; once the network is back, it boots what is active now."""
    wait_for("the board is reset", lambda: cluster.bios.console_text().count(BIOS_SAYS) > 1,
             cluster.cut_at + ROOT_PATIENCE + 180 - time.time(), every=1)
    print(f"    reset {time.time() - cluster.cut_at:.0f} s after its network was cut", flush=True)
    without = re.search(r"no answer from the root for (\d+) s", cluster.bios.console_text())
    assert without and int(without[1]) >= ROOT_PATIENCE, "its console says why"
    cluster.bios.mend()
    cluster.lab.wait_until_idle(cluster.bios, seconds=420, since=cluster.cut_at)


def test_a_reboot_brings_the_new_generation_and_the_other_works_on(cluster):
    assert cluster.lab.node_of(cluster.bios)["generation"] == f"lab/{cluster.newer}"
    assert EXTRA_PACKAGE in cluster.on(cluster.bios, f"command -v {EXTRA_PACKAGE}")
    assert cluster.lab.node_of(cluster.uefi)["generation"] == f"lab/{cluster.older}"
    # Files that this node has never read before still come from its own, older generation.
    cluster.on(cluster.uefi, "echo 3 > /proc/sys/vm/drop_caches; find /usr/bin -type f | head -n 200 | xargs cat > /dev/null")
    done = cluster.srun("--nodes=2", "--ntasks-per-node=1", "hostname")
    assert done.returncode == 0 and len(set(done.stdout.split())) == 2, done.stdout + done.stderr


def test_rollback_and_a_reboot_through_slurm(cluster):
    done = cluster.head.run("image", "rollback", "lab")
    assert done.returncode == 0, done.stderr
    assert cluster.active() == cluster.older
    begun = time.time()
    cluster.must("reboot", cluster.name_of(cluster.bios), timeout=480)
    node = cluster.lab.wait_until_idle(cluster.bios, seconds=120, since=begun)
    assert node["generation"] == f"lab/{cluster.older}", node
    assert cluster.on(cluster.bios, f"command -v {EXTRA_PACKAGE} || echo none") == "none"


def test_prune_keeps_what_is_in_use(cluster):
    assert cluster.head.run("image", "prune", "lab", "--keep", "1").returncode == 0
    assert cluster.active() in cluster.generations()
    assert cluster.on(cluster.uefi, "echo 3 > /proc/sys/vm/drop_caches; ls /usr/share | wc -l") > "0"


def test_pinned_generations_are_kept_and_booted(cluster):
    """What a node is pinned to is there although it is neither active nor in use, and the next boot of the node is of it."""
    name = cluster.name_of(cluster.uefi)
    cluster.must("nodes", "pin", name, f"lab/{cluster.newer}")
    said = cluster.head.ask("explain", cluster.uefi.mac)
    assert said["generation"] == f"lab/{cluster.newer}" and f"{name} is pinned to lab/{cluster.newer}" in said["why"], said
    cluster.must("image", "prune", "lab", "--keep", "1")
    assert cluster.newer in cluster.generations()
    cluster.must("nodes", "pin", name, "--none")
    assert cluster.head.ask("explain", cluster.uefi.mac)["generation"] == f"lab/{cluster.active()}"


def test_a_shutdown_in_order(cluster):
    """The last node that is on stays for the next suite."""
    name = cluster.name_of(cluster.uefi)
    cluster.must("shutdown", name, timeout=300)
    wait_for(f"{name}'s board is off", lambda: not cluster.uefi.is_on(), 30)
    assert cluster.lab.node_of(cluster.uefi)["stage"] == "off"
    assert cluster.lab.node_of(cluster.bios)["stage"] == "up"
