"""Files over TFTP and HTTP, asked by the programs people use, and what is refused."""
import re
import socket
import struct
import time

from place import HEAD, namespace

ATFTP = ("atftp", "--get", "--tftp-timeout", "3")


def fetched(site, argv, name="got"):
    """Runs argv, which writes the file `name` in a folder of its own; the file's bytes."""
    folder = site.fresh("download")
    done = site.client(*[word.replace("@", str(folder / name)) for word in argv])
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / name).read_bytes()


def test_tftp_hpa_gets_files(site):
    for name in ("small", "big"):
        assert fetched(site, ["tftp", "-m", "binary", HEAD, "-c", "get", name, "@"]) == site.files[name]


def test_tftp_of_an_empty_file(site):
    assert fetched(site, ["tftp", "-m", "binary", HEAD, "-c", "get", "empty", "@"]) == b""


def test_tftp_wraps_the_block_number(site):
    assert fetched(site, ["curl", "-sS", "--tftp-blksize", "512", f"tftp://{HEAD}/wraps", "-o", "@"]) == site.files["wraps"]


def test_atftp_with_windows(site):
    for window in ("4", "16", "64"):
        argv = [*ATFTP, "--option", f"windowsize {window}", "--option", "blksize 1428", "-r", "big", "-l", "@", HEAD]
        assert fetched(site, argv) == site.files["big"], window


def tftp_answer(request):
    with namespace("client"):
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with asking:
        asking.settimeout(3)
        asking.sendto(request, (HEAD, 69))
        return asking.recvfrom(2048)[0]


def error_code(answer):
    return struct.unpack(">HH", answer[:4])[1] if answer[:2] == b"\0\5" else None


def test_tftp_tells_the_size_of_an_empty_file(site):
    """RFC 2349: it is 0. curl takes that for a fault of the server, and gets the file when it asks without options."""
    assert tftp_answer(b"\0\1empty\0octet\0tsize\x000\0") == b"\0\6tsize\x000\0"
    assert fetched(site, ["curl", "-sS", "--tftp-no-options", f"tftp://{HEAD}/empty", "-o", "@"]) == b""


def test_tftp_refuses_at_once(site):
    assert error_code(tftp_answer(b"\0\1nothing-here\0octet\0")) == 1
    for path in ("../state/state.db", "/../../etc/passwd", "a/../../../etc/passwd", "..\\..\\etc\\passwd"):
        assert error_code(tftp_answer(b"\0\1" + path.encode() + b"\0octet\0")) in (1, 2), path
    assert error_code(tftp_answer(b"\0\2small\0octet\0")) is not None, "a write request"


def test_tftp_gives_boot_loaders_of_ipxe(site):
    for name in ("undionly.kpxe", "snponly.efi"):
        with open(f"/usr/lib/ipxe/{name}", "rb") as kept:
            assert fetched(site, ["curl", "-sS", f"tftp://{HEAD}/{name}", "-o", "@"]) == kept.read()


def curl(site, *words):
    return site.client("curl", "-sS", "--max-time", "20", *words, text=False)


def test_http_gives_the_same_files(site):
    for name, content in site.files.items():
        assert curl(site, f"http://{HEAD}/{name}").stdout == content, name


def test_http_ranges(site):
    big, url = site.files["big"], f"http://{HEAD}/big"
    for asked, wanted in (("0-0", big[:1]), ("100-199", big[100:200]), ("-7", big[-7:]), ("3000000-", big[3000000:])):
        assert curl(site, "--range", asked, url).stdout == wanted, asked
    beyond = curl(site, "--range", "9000000-", "-o", "/dev/null", "-w", "%{http_code}", url)
    assert beyond.stdout == b"416"


def test_http_keeps_the_connection(site):
    done = curl(site, "-w", "%{num_connects} ", "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null",
                *[f"http://{HEAD}/small"] * 3)
    assert done.stdout.split() == [b"1", b"0", b"0"]


def test_http_head(site):
    answer = curl(site, "--head", f"http://{HEAD}/big").stdout.decode()
    assert re.search(r"^content-length: 3000001\r?$", answer, re.I | re.M), answer


def test_http_refuses_what_is_not_in_the_view(site):
    for path, codes in (("/nothing-here", (b"404",)), ("/../state/state.db", (b"400", b"403", b"404")),
                        ("/%2e%2e/state/state.db", (b"400", b"403", b"404")), ("/status", (b"404",)), ("/nodes", (b"404",))):
        done = curl(site, "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", f"http://{HEAD}{path}")
        assert done.stdout in codes, (path, done.stdout)


def test_http_tells_the_time(site):
    assert abs(int(curl(site, f"http://{HEAD}/node/time").stdout) - time.time()) < 3
