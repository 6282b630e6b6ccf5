"""Processes of a world: each with a log file, ended in the reverse order of their start."""
import signal
import subprocess
import time
from pathlib import Path

from world import die_with_parent


class Processes:
    def __init__(self, logs):
        self.logs = Path(logs)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.running = []

    def start(self, name, argv, **options):
        """Output goes to NAME.log. `options` are Popen's (env, user, cwd ...)."""
        with open(self.log(name), "ab") as log:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                       preexec_fn=die_with_parent, **options)
        process.name = name
        self.running.append(process)
        return process

    def log(self, name):
        return self.logs / f"{name}.log"

    def tail(self, name, lines=15):
        try:
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def stop(self, process, seconds=10, signum=signal.SIGTERM):
        """Asks, waits, insists. Returns the exit status."""
        if process in self.running:
            self.running.remove(process)
        if process.poll() is None:
            process.send_signal(signum)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        return process.wait()

    def stop_all(self):
        for process in reversed(list(self.running)):
            self.stop(process)


def wait_for(what, condition, seconds, every=0.2):
    """The first true value of condition(); TimeoutError says what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} seconds")
        time.sleep(every)
