"""Boards that boot: what each dialect is told, who becomes a node, and who gets a node's overlay."""
import io
import re
import shutil
import tarfile

from board import BIOS_ROM, IPXE, REQUEST, UEFI_X64, Board
from place import HEAD, an_image

ROM_MAC, UEFI_MAC = "52:54:00:aa:00:01", "52:54:00:aa:00:02"


def test_each_dialect_is_told_its_file(site):
    with Board(ROM_MAC) as board:
        assert board.lease(BIOS_ROM).boot_file == "undionly.kpxe"
        script = board.lease(IPXE).boot_file
        assert script.startswith(f"http://{HEAD}/") or script.endswith(".ipxe"), script
    with Board(UEFI_MAC) as board:
        assert board.lease(UEFI_X64).boot_file.endswith(".efi")


def test_the_address_stays_through_a_boot(site):
    with Board(ROM_MAC) as board:
        seen = {board.lease(identity).address for identity in (BIOS_ROM, IPXE, {}, {61: b"\xff" + bytes(18)})}
    assert len(seen) == 1, seen


def test_boards_that_boot_are_nodes(site):
    nodes = {node["mac"]: node for node in site.head.nodes()}
    assert nodes[ROM_MAC]["name"].startswith("node") and nodes[ROM_MAC]["name"] != nodes[UEFI_MAC]["name"], nodes
    assert nodes[ROM_MAC]["architecture"] == nodes[UEFI_MAC]["architecture"] == "amd64", nodes
    assert not any(node["dialect"] == "plain" for node in nodes.values()), "plain clients are no nodes"


def test_a_request_for_another_server_is_left_alone(site):
    with Board("52:54:00:aa:00:04") as board:
        assert board.ask(REQUEST, {50: bytes([10, 77, 0, 200]), 54: bytes([10, 77, 0, 9])}, seconds=1.5) is None


def explained(site, *words):
    return site.head.ask("explain", *words)


def test_explain_says_what_and_why(site):
    said = explained(site, "52:54:00:bb:00:01", "--arch", "7")
    assert "UEFI" in said["dialect"] and said["boot_file"].endswith(".efi") and said["why"]
    known = explained(site, ROM_MAC)
    assert known["node"].startswith("node") and known["address"].startswith("10.77.0.")
    assert site.head.run("explain", "no-mac").returncode == 2


def overlay(site, address, port):
    done = site.client("curl", "-sS", "--max-time", "10", "--interface", address, "--local-port", port, "-w",
                       "\n%{http_code}", f"http://{HEAD}/node/overlay", text=False)
    body, _, code = done.stdout.rpartition(b"\n")
    return int(code or 0), body


def say(site, address, what, form):
    """A report of a node: status, and the answer when it was taken."""
    done = site.client("curl", "-sS", "--max-time", "10", "--interface", address, "--data", form, "-w", "\n%{http_code}",
                       f"http://{HEAD}/node/{what}")
    body, _, code = done.stdout.rpartition("\n")
    return int(code or 0), body if code == "200" else ""


def test_overlay_goes_only_to_its_node_while_it_boots(site):
    an_image(site.state)
    try:
        with Board(ROM_MAC) as board:
            board.lease(BIOS_ROM)
            board.take_address(board.lease(IPXE))
            fetch_boot_files(site, board)
            assert overlay(site, "10.77.0.2", "900")[0] in (403, 404), "an address that is no node's"
            assert overlay(site, board.address, "40000-40100")[0] == 403, "a port that any user may have"
            code, body = overlay(site, board.address, "900-990")
            assert code == 200, (code, body)
            files = tarfile.open(fileobj=io.BytesIO(body))
            names = files.getnames()
            assert "etc/hostname" in names and "etc/munge/munge.key" in names, names
            assert files.getmember("etc/rootstock/token").mode == 0o600
            token = files.extractfile("etc/rootstock/token").read().decode().strip()
            assert overlay(site, board.address, "900-990")[0] == 200, "a transfer may break, so a booting node may ask again"
            report = "boot=b1&generation=compute/1&kernel=6.1&seconds=9&root=3"
            assert say(site, board.address, "up", report) == (403, ""), "without its token, anybody may say that"
            assert overlay(site, board.address, "900-990")[0] == 200, "this boot goes on"
            assert say(site, board.address, "up", f"token={token}&{report}") == (200, "ok\n")
            assert say(site, board.address, "beat", f"token={token}&{report}") == (200, "again 15\n")
            assert overlay(site, board.address, "900-990")[0] == 403, "this boot is over"
    finally:
        shutil.rmtree(site.state / "images/compute")


def fetch_boot_files(site, board):
    """As iPXE does: the script, and every file that the script names."""
    def get(url):
        return site.client("curl", "-sS", "--fail", "--interface", board.address, url, text=False).stdout

    script = get(f"http://{HEAD}/boot.ipxe").decode()
    files = re.findall(r"^(?:kernel|initrd).*?(http://\S+)", script, re.M)
    assert len(files) == 2, script
    assert [get(url) for url in files] == [b"kernel", b"initramfs"]


def test_overlay_of_an_unwatched_boot_is_refused(site):
    with Board("52:54:00:aa:00:02") as board:
        board.take_address(board.lease({}))  # a lease, and none of the boot's steps
        assert overlay(site, board.address, "900-990")[0] == 403
