#!/usr/bin/env python3
"""DHCP load on the real daemon and its peers, in turns, on the same machine: the highest rate of 4-way exchanges (DISCOVER
OFFER REQUEST ACK) with less than 1 % of them unfinished, latency at 200 a second, CPU and memory. Driver: perfdhcp.

  dhcp.py --rootstock build/release/server/rootstock
  dhcp.py --rootstock ... --servers rootstock,rootstock-probe,kea,dnsmasq --runs 3

What each does for a lease before its ACK: rootstock one fdatasync for all leases that arrived together; kea appends to a file
without a sync; dnsmasq rewrites and syncs its whole file. `rootstock-probe` also asks the wire (ARP) before it first gives
out an address, for 200 ms each; the others do not, so it stands beside the comparison. An unfinished trial at a rate is
tried once more before it counts: the machine may have hiccuped. Needs root.
"""
import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time

from lab import INTERFACE, Lab, load, median, rootstock_settings

FIRST, LAST = "10.77.1.0", "10.77.255.254"  # as in rootstock_settings: 65,279 addresses
PEERS = {"kea": "/usr/sbin/kea-dhcp4", "dnsmasq": "/usr/sbin/dnsmasq"}
ENOUGH = 0.01  # the share of exchanges that may stay unfinished


def rootstock(program, lab, probe):
    settings = rootstock_settings(lab, lab.work)
    if probe:
        settings.write_text(settings.read_text().replace("conflict_probe = false", "conflict_probe = true"))
    return [program, "--config", settings, "serve", "--worker"]


def kea(leases):
    settings = {"Dhcp4": {
        "interfaces-config": {"interfaces": [INTERFACE], "dhcp-socket-type": "raw"},
        "multi-threading": {"enable-multi-threading": False},
        "lease-database": {"type": "memfile", "persist": True, "name": str(leases / "kea.csv"), "lfc-interval": 0},
        "valid-lifetime": 3600,
        "subnet4": [{"subnet": "10.77.0.0/16", "pools": [{"pool": f"{FIRST} - {LAST}"}]}],
        "loggers": [{"name": "kea-dhcp4", "severity": "FATAL", "output_options": [{"output": str(leases / "kea.log")}]}]}}
    (leases / "kea.json").write_text(json.dumps(settings))
    return ["env", f"KEA_PIDFILE_DIR={leases}", f"KEA_LOCKFILE_DIR={leases}", PEERS["kea"], "-c", leases / "kea.json"]


def dnsmasq(leases):
    return [PEERS["dnsmasq"], "-k", "-p", "0", "-C", "/dev/null", "-u", "root", "--pid-file=", "--log-facility=/dev/null",
            f"--interface={INTERFACE}", "--bind-interfaces", f"--dhcp-range={FIRST},{LAST},255.255.0.0,1h",
            "--dhcp-lease-max=65000", f"--dhcp-leasefile={leases}/dnsmasq.leases", "--no-ping", "--dhcp-authoritative"]


class Bench:
    def __init__(self, args):
        self.args, self.lab = args, Lab()
        self.leases, self.log = self.lab.work / "state", self.lab.work / "out.log"
        self.commands = {"rootstock": lambda: rootstock(args.rootstock, self.lab, False),
                         "rootstock-probe": lambda: rootstock(args.rootstock, self.lab, True),
                         "kea": lambda: kea(self.leases), "dnsmasq": lambda: dnsmasq(self.leases)}

    def start(self, server):
        """A server that answers, with one lease."""
        shutil.rmtree(self.leases, ignore_errors=True)
        self.leases.mkdir()
        process = self.lab.start(self.lab.server, self.commands[server](), log=self.log)
        for _ in range(20):
            time.sleep(0.25)
            if process.poll() is not None:
                sys.exit(f"{server} ended at once:\n{self.log.read_text()[-2000:]}")
            if exchanges(self.perfdhcp(10, 1, "-p", "1"))["done"]:
                return process
        sys.exit(f"{server} gives out no address")

    def perfdhcp(self, rate, clients, *more):
        argv = ["perfdhcp", "-4", "-l", INTERFACE, "-r", str(rate), "-R", str(clients), "-W", "500000", *more]
        return self.lab.run(self.lab.client, argv, timeout=self.args.secs + 60).stdout

    def trial(self, server, rate):
        process = self.start(server)
        cpu, begin = process.cgroup.cpu_seconds(), time.monotonic()
        result = exchanges(self.perfdhcp(rate, self.args.clients, "-p", str(self.args.secs)))
        result["cpu"] = (process.cgroup.cpu_seconds() - cpu) / (time.monotonic() - begin)
        result["rss"] = process.cgroup.memory_mb()
        result["rate"] = result["done"] / self.args.secs
        self.lab.stop(process)
        result["ok"] = result["drops"] < ENOUGH and result["rate"] > 0.9 * rate
        print("   %-16s asked %6d  got %7.0f  unfinished %6.2f %%  cpu %4.2f  rss %5.1f MB" %
              (server, rate, result["rate"], 100 * result["drops"], result["cpu"], result["rss"]), flush=True)
        return result

    def passes(self, server, rate):
        result = self.trial(server, rate)
        return result if result["ok"] or result["drops"] > 0.3 else self.trial(server, rate)

    def highest_rate(self, server):
        """Doubled until it fails, then halved down to 8 %."""
        low, high, rate, best = 0, None, self.args.start_rate, None
        while high is None or high - low > max(25, 0.08 * high):
            result = self.passes(server, rate)
            if result["ok"]:
                low, best = rate, result
            else:
                high = rate
            rate = 2 * rate if high is None else (low + high) // 2
        return low, best or result

    def latency(self, server):
        """Average, 99th percentile and maximum in ms, of OFFER and ACK."""
        process = self.start(server)
        text = self.perfdhcp(200, self.args.clients, "-p", str(self.args.secs), "-x", "t")
        self.lab.stop(process)
        return [figure for kind in ("DISCOVER-OFFER", "REQUEST-ACK") for figure in spread(stamps(text, kind))]


def exchanges(text):
    """What perfdhcp says of its 4-way exchanges: how many were finished, and the share that was not."""
    def count(kind, what):
        found = re.search(r"\*\*\*Statistics for: %s\*\*\*.*?%s packets: (\d+)" % (kind, what), text, re.S)
        return int(found[1]) if found else 0

    begun, done = count("DISCOVER-OFFER", "sent"), count("REQUEST-ACK", "received")
    return {"done": done, "drops": 1 - done / begun if begun else 1.0}


def stamps(text, kind):
    """Round trip times in ms of one kind of exchange, from perfdhcp -x t."""
    begin = text.find("***Timestamps for packets: " + kind)
    if begin < 0:
        return []
    end = text.find("***Timestamps for packets", begin + 10)
    pairs = re.findall(r"sent / received: ([\d.]+) / ([\d.]+)", text[begin:end if end > 0 else len(text)])
    return [(float(received) - float(sent)) * 1000 for sent, received in pairs]


def spread(times):
    if not times:
        return [float("nan")] * 3
    times = sorted(times)
    return [sum(times) / len(times), times[int(0.99 * len(times))], times[-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rootstock", required=True, help="the program to measure")
    parser.add_argument("--servers", default="rootstock,kea,dnsmasq")
    parser.add_argument("--clients", type=int, default=20000, help="distinct MAC addresses")
    parser.add_argument("--secs", type=int, default=3, help="of each trial")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--start-rate", type=int, default=500)
    parser.add_argument("--work", default="/var/tmp", help="a folder on a real disk: leases are synced to it")
    args = parser.parse_args()
    args.rootstock = os.path.abspath(args.rootstock)
    tempfile.tempdir = args.work  # where the lab makes its own
    bench = Bench(args)
    print(f"# DHCP; {load()}; {args.clients} clients, {args.secs} s a trial, leases under {args.work}", flush=True)
    servers = [name for name in args.servers.split(",") if os.path.exists(PEERS.get(name, args.rootstock))]
    rates = {name: [] for name in servers}
    delays = {name: [] for name in servers}
    for _ in range(args.runs):  # in turns, so that a busy moment of the machine meets all of them
        for name in servers:
            rates[name].append(bench.highest_rate(name))
            delays[name].append(bench.latency(name))
    print("\n%-16s %8s %6s %7s   %-24s %-24s %s" %
          ("server", "max /s", "cpu", "RSS MB", "OFFER ms avg/p99/max", "ACK ms avg/p99/max", "runs"))
    for name in servers:
        best = median([rate for rate, _ in rates[name]])
        at_best = min(rates[name], key=lambda run: abs(run[0] - best))[1]
        delay = ["%.2f" % median(column) for column in zip(*delays[name])]
        print("%-16s %8d %6.2f %7.1f   %-24s %-24s %s" %
              (name, best, at_best["cpu"], at_best["rss"], " / ".join(delay[:3]), " / ".join(delay[3:]),
               [rate for rate, _ in rates[name]]))
    bench.lab.close()


if __name__ == "__main__":
    main()
