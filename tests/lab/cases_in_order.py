"""One day in the life of a cluster of two x86 boards. The order matters: each case finds the cluster as the one before it left it."""
import os
import signal
import subprocess
import time

import image
from cluster import STATE
from processes import wait_for

EXTRA_PACKAGE = "hello"


def test_a_bios_and_a_uefi_board_become_idle(cluster):
    cluster.bios.power_on()
    cluster.uefi.power_on()
    # QEMU's BIOS boots by the ROM of its card, and that is iPXE already.
    for machine, dialect in ((cluster.bios, "iPXE"), (cluster.uefi, "UEFI x64 PXE")):
        node = cluster.lab.wait_until_idle(machine, seconds=600)
        assert node["dialect"] == dialect, node
        assert node["generation"] == f"lab/{cluster.active()}" and node["bytes"] > 5_000_000, node
        print(f"    {node['name']} ({node['dialect']}): idle, up after {node['seconds']:.0f} s, {node['bytes']} bytes", flush=True)


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


def ganesha(cluster):
    keeper = cluster.head.process.pid
    with open(f"/proc/{keeper}/task/{keeper}/children") as children:
        return next((int(pid) for pid in children.read().split() if b"ganesha" in open(f"/proc/{pid}/cmdline", "rb").read()), None)


READING = """
for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
  echo 3 > /proc/sys/vm/drop_caches
  find /usr/lib -name '*.so*' -type f | head -n 40 | xargs cat > /dev/null || exit 1
  sleep 1
done
echo finished
"""


def test_a_job_outlives_the_nfs_server(cluster):
    """The root file system stalls and goes on: the job reads it all the time, with the node's cache thrown away."""
    job = subprocess.Popen(["srun", "--nodelist", cluster.name_of(cluster.bios), "--nodes=1", "sh", "-c", READING],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    name = cluster.name_of(cluster.bios)
    wait_for("the job runs", lambda: cluster.slurm.states().get(name) in ("alloc", "mix"), 30)
    time.sleep(4)
    killed = ganesha(cluster)
    os.kill(killed, signal.SIGKILL)
    said, _ = job.communicate(timeout=240)
    assert job.returncode == 0 and said.strip().endswith("finished"), said
    assert ganesha(cluster) not in (None, killed)


def recipe_with_extra_package():
    """The lab's recipe and one package more."""
    def change(text):
        changed = text.replace("packages = [", f'packages = [\n  "{EXTRA_PACKAGE}",', 1)
        assert changed != text
        return changed

    return image.recipe_for("amd64", STATE, change)


def test_a_rebuild_publishes_and_disturbs_nobody(cluster):
    before = cluster.older = cluster.active()
    image.build(cluster.head, recipe_with_extra_package())
    cluster.newer = cluster.active()
    assert cluster.newer > before and cluster.newer == max(cluster.generations())
    for machine in (cluster.bios, cluster.uefi):
        assert cluster.on(machine, f"command -v {EXTRA_PACKAGE} || echo none") == "none"
        assert cluster.lab.node_of(machine)["generation"] == f"lab/{before}"


def test_a_reboot_brings_the_new_generation_and_the_other_works_on(cluster):
    node = cluster.reboot(cluster.bios)
    assert node["generation"] == f"lab/{cluster.newer}", node
    assert EXTRA_PACKAGE in cluster.on(cluster.bios, f"command -v {EXTRA_PACKAGE}")
    assert cluster.lab.node_of(cluster.uefi)["generation"] == f"lab/{cluster.older}"
    # Files that this node has never read before still come from its own, older generation.
    cluster.on(cluster.uefi, "echo 3 > /proc/sys/vm/drop_caches; find /usr/bin -type f | head -n 200 | xargs cat > /dev/null")
    done = cluster.srun("--nodes=2", "--ntasks-per-node=1", "hostname")
    assert done.returncode == 0 and len(set(done.stdout.split())) == 2, done.stdout + done.stderr


def test_rollback(cluster):
    done = cluster.head.run("image", "rollback", "lab")
    assert done.returncode == 0, done.stderr
    assert cluster.active() == cluster.older
    node = cluster.reboot(cluster.bios)
    assert node["generation"] == f"lab/{cluster.older}", node
    assert cluster.on(cluster.bios, f"command -v {EXTRA_PACKAGE} || echo none") == "none"


def test_prune_keeps_what_is_in_use(cluster):
    assert cluster.head.run("image", "prune", "lab", "--keep", "1").returncode == 0
    assert cluster.active() in cluster.generations()
    assert cluster.on(cluster.uefi, "echo 3 > /proc/sys/vm/drop_caches; ls /usr/share | wc -l") > "0"
