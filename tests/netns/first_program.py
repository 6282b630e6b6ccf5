"""Parts of the initramfs's init, run by the shell and the programs that it has there."""
import contextlib
import http.server
import subprocess
import threading

from place import SOURCES


class Answers(http.server.BaseHTTPRequestHandler):
    """The gate's refusal comes when trouble was told and refused three times meanwhile, and goes on being told."""

    def do_GET(self):
        for _ in range(3):
            self.server.told.acquire(timeout=20)
        self.say(403)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say(500)
        self.server.told.release()

    def say(self, code):
        with contextlib.suppress(BrokenPipeError):
            self.send_error(code)

    def log_message(self, *_words):
        pass


def init_until(line, folder):
    """The functions of init, with `folder` for what it writes and busybox for every program."""
    subprocess.run(["busybox", "--install", "-s", str(folder / "bin")], check=True)
    text, _, _ = (SOURCES / "rootfs/initramfs/init").read_text().partition(line)
    return text.replace("PATH=/bin:/sbin", f"PATH={folder}/bin").replace("/run/rootstock", str(folder))


def test_a_murmur_does_not_change_what_a_step_heard(site):
    folder = site.fresh("init")
    (folder / "bin").mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.told = threading.Semaphore(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = folder / "script"
    script.write_text(init_until("\n/bin/busybox --install", folder) + f"""
head=127.0.0.1 http={server.server_port} address=127.0.0.1 boot=compute/1 boot_id=b1 murmurs='' murmur=0 doing=asking
for round in 1 2 3 4 5 6; do
  murmuring ask_head gate -O /dev/null
  echo "why: $why"
done
""")
    try:
        done = subprocess.run(["busybox", "sh", str(script)], capture_output=True, text=True, timeout=60)
    finally:
        server.shutdown()
    heard = [line for line in done.stdout.splitlines() if line.startswith("why: ")]
    assert len(heard) == 6 and all(line.endswith("403 Forbidden") for line in heard), (heard, done.stderr)
