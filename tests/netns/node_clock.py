"""What keeps a node's clock, against heads of which some are slow. It cannot set the clock of this machine: see keeper()."""
import contextlib
import http.server
import subprocess
import threading
import time

from place import HEAD, SOURCES

SETS = "can't set date"


def keeper(head, port=80):
    """The node's program without the right to set a clock: what it says of the attempt tells that it would."""
    done = subprocess.run(["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time",
                           str(SOURCES / "rootfs/node/usr/lib/rootstock/clock")],
                          env={"PATH": "/usr/bin:/bin", "ROOTSTOCK_HEAD": head, "ROOTSTOCK_HTTP": str(port)},
                          capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@contextlib.contextmanager
def head_whose_clock(off=0, takes=0.0):
    """The port of a head whose clock is so many seconds off and that takes its time between looking at it and answering."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            text = str(int(time.time()) + off).encode()
            time.sleep(takes)
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def test_a_clock_that_agrees_is_left_alone(site):
    assert keeper(HEAD) == ""


def test_a_clock_that_is_off_is_set(site):
    for off in (-60, 60):
        with head_whose_clock(off) as port:
            assert SETS in keeper("127.0.0.1", port), off


def test_an_answer_that_took_long_sets_no_clock_back(site):
    """As on a node that still loads its programs over a busy network when the head has answered."""
    with head_whose_clock(takes=2.5) as port:
        assert keeper("127.0.0.1", port) == ""
    with head_whose_clock(off=60, takes=2.5) as port:
        assert SETS in keeper("127.0.0.1", port), "what is off by more is set all the same"
