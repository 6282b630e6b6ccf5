#!/usr/bin/env python3
"""TFTP: rootstock's worker beside dnsmasq and tftpd-hpa; MB/s, CPU and memory, as ratios to the best peer of the same run.

Servers take turns inside every run, so that a slow minute of the machine meets all of them.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

import lab as bench

# name, clients, blksize, windowsize, loss, file MiB (0: all clients together move about --total MiB)
CASES = [
    ("1 client", 1, 1468, 1, 0, 0),
    ("8 clients", 8, 1468, 1, 0, 0),
    ("64 clients", 64, 1468, 1, 0, 0),
    ("256 clients", 256, 1468, 1, 0, 0),
    ("1000 clients", 1000, 1468, 1, 0, 0),
    ("1000 clients, 512", 1000, 512, 1, 0, 0),
    ("8 clients, window 4", 8, 1468, 4, 0, 0),
    ("64 clients, window 16", 64, 1468, 16, 0, 0),
    ("64 clients, window 64", 64, 1468, 64, 0, 0),
    ("8 clients, 1 % loss", 8, 1468, 1, 0.01, 0.5),
    ("8 clients, 5 % loss", 8, 1468, 1, 0.05, 0.25),
    ("8, window 16, 1 % loss", 8, 1468, 16, 0.01, 1),
]
SETTLE = 0.5  # seconds from a server's start to its first request


def servers(arguments, lab, files):
    settings = bench.rootstock_settings(lab, files)
    return {
        "rootstock": [arguments.rootstock, "--config", settings, "serve", "--worker"],
        "dnsmasq": ["dnsmasq", "-k", "-p", "0", "-C", "/dev/null", "-u", "root", "--pid-file=", "--enable-tftp",
                    "--tftp-max=5000", f"--tftp-root={files}", f"--listen-address={bench.SERVER}",
                    "--bind-interfaces", "--log-facility=/dev/null"],
        "tftpd-hpa": [arguments.tftpd, "-L", "-4", "-a", f"{bench.SERVER}:69", "-u", "root", "--secure", files],
    }


def build_load_client(folder):
    source, program = pathlib.Path(__file__).with_name("tftp_load.cpp"), folder / "tftp_load"
    subprocess.run(["g++", "-O2", "-std=c++20", "-o", program, source], check=True)
    return program


def measure(lab, client, argv, case, file, seed):
    _, clients, block, window, loss, _ = case
    log = lab.work / "server.log"
    server = lab.start(lab.server, argv, log)
    time.sleep(SETTLE)
    before, memory = server.cgroup.cpu_seconds(), bench.PeakMemory(server.cgroup)
    try:
        done = lab.run(lab.client, [client, "--host", bench.SERVER, "--file", file.name, "--reference", file,
                                    "--clients", clients, "--blksize", block, "--windowsize", window,
                                    "--loss", loss, "--seed", seed])
        result = json.loads(done.stdout) if done.stdout else {"failed": clients, "bytes": 0, "seconds": 0, "why": done.stderr}
        result["cpu"] = server.cgroup.cpu_seconds() - before
        result["memory"] = memory.stop()
        if result["failed"]:
            print(f"  {pathlib.Path(argv[0]).name}: {result['why']}", flush=True)
        if server.poll() is not None:
            sys.exit(f"the server ended by itself: {argv[0]}\n{log.read_text(errors='replace')[-2000:]}")
        return result
    finally:
        lab.stop(server)


def summary(results):
    whole = [r for r in results if r["bytes"] and r["seconds"]]
    if not whole:
        return {"speed": 0, "cpu": float("inf"), "slowest": float("inf"), "failed": sum(r["failed"] for r in results), "memory": 0}
    return {
        "speed": bench.median([r["bytes"] / r["seconds"] / 1e6 for r in whole]),
        "cpu": bench.median([r["cpu"] / (r["bytes"] / 1e9) for r in whole]),
        "slowest": bench.median([r["slowest"] for r in whole]),
        "failed": sum(r["failed"] for r in results),
        "memory": max(r["memory"] for r in results),
    }


def show(name, by_server):
    best = max(s["speed"] for server, s in by_server.items() if server != "rootstock")
    frugal = min(s["cpu"] for server, s in by_server.items() if server != "rootstock")
    for server, s in by_server.items():
        ratio = f"{s['speed'] / best:6.2f}x  CPU {s['cpu'] / frugal:5.2f}x" if server == "rootstock" and best else ""
        print(f"{name:24} {server:10} {s['speed']:8.1f} MB/s {s['cpu']:6.2f} CPU s/GB {s['slowest']:7.2f} s slowest "
              f"{s['memory']:6.1f} MB {s['failed']:5} failed  {ratio}".rstrip(), flush=True)
        name = ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rootstock", required=True, help="the program to measure")
    parser.add_argument("--tftpd", default="/usr/sbin/in.tftpd")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--total", type=float, default=128, help="MiB per case and server")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args()

    lab = bench.Lab()
    files = lab.work / "files"
    files.mkdir()
    client = build_load_client(lab.work)
    argvs = servers(arguments, lab, files)
    print(f"TFTP, {arguments.runs} runs, medians, {bench.load()}; ratios: rootstock to the best peer of the row")
    failed = 0
    for case in CASES:
        if arguments.only not in case[0]:
            continue
        size = case[5] or max(0.25, min(64, arguments.total / case[1]))
        file = files / f"{size:g}.bin"
        bench.make_file(file, int(size * 2**20))
        results = {server: [] for server in argvs}
        for seed in range(1, arguments.runs + 1):
            for server, argv in argvs.items():
                results[server].append(measure(lab, client, argv, case, file, seed))
        by_server = {server: summary(runs) for server, runs in results.items()}
        show(case[0], by_server)
        failed += by_server["rootstock"]["failed"]
    print(f"clients of rootstock that failed: {failed}")
    return 1 if failed else 0


sys.exit(main())
