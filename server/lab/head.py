"""The real service in a world: its settings, `rootstock serve`, and the command line that asks it."""
import json
import subprocess
from pathlib import Path

from processes import wait_for


def settings_text(interface, address, state, user="rootstock", more=""):
    return f"""# Written by the lab.
[cluster]
name = "lab"
[network]
interface = "{interface}"
address = "{address}"
[paths]
state = "{state}"
[service]
user = "{user}"
group = "{user}"
{more}
"""


class Head:
    def __init__(self, rootstock, settings_file, processes):
        self.rootstock, self.settings_file, self.processes = str(rootstock), Path(settings_file), processes
        self.process = None

    def configure(self, text):
        self.settings_file.parent.mkdir(parents=True, exist_ok=True)
        self.settings_file.write_text(text)

    def command(self, *words):
        return [self.rootstock, "--config", str(self.settings_file), *words]

    def run(self, *words, timeout=60):
        """One command of the CLI, to its end, output kept."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=timeout)

    def ask(self, *words):
        """The answer of `rootstock WORDS --json`."""
        done = self.run(*words, "--json")
        if done.returncode != 0:
            raise RuntimeError(f"rootstock {' '.join(words)} --json: exit {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def nodes(self):
        return self.ask("nodes")["nodes"]

    def answers(self):
        return self.run("nodes", "--json").returncode == 0

    def start(self, seconds=30):
        self.process = self.processes.start("rootstock", self.command("serve"))

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError("rootstock serve ended at once:\n" + self.processes.tail("rootstock"))
            return self.answers()

        wait_for("rootstock serve answers its command line", ready, seconds)

    def stop(self):
        return self.processes.stop(self.process)

    def children(self):
        """The keeper's own, by what they are called: {"rootstock-work": 12, "ganesha.nfsd": 13}."""
        keeper = self.process.pid
        numbers = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        return {Path(f"/proc/{number}/comm").read_text().strip(): int(number) for number in numbers}
