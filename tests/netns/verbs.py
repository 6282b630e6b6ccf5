"""What the administrator types about nodes: `rootstock nodes` and its verbs, to the words and exit codes, against the real head."""
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from pathlib import Path

from joining import MAC, USUAL, WAITING, leased, name, seconds, seen
from place import eventually, head_with


def nodes(site, *words, code=0):
    """`rootstock nodes WORDS`: what it said, of both kinds."""
    done = site.head.run("nodes", *words)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


@contextlib.contextmanager
def running(site, *words):
    """A command that stays, piped; yields how to get what it has said so far."""
    out = Path("/run/verbs.out")
    with out.open("w") as pipe, subprocess.Popen(site.head.command("nodes", *words), stdout=pipe, stderr=subprocess.STDOUT) as command:
        try:
            yield command, out.read_text
        finally:
            command.kill()


def test_join_tells_boards_as_they_come_and_shuts_the_door(site):
    with head_with(site, '[nodes]\njoin = "window"\n'):
        with running(site, "join", "--for", "5m") as (command, said):
            eventually("the door is open", lambda: "let in for 5m" in said())
            assert [seconds(leased(number)) for number in (33, 32)] == [USUAL, USUAL]
            eventually("both are told", lambda: "node02" in said())
            lines = [line.split() for line in said().splitlines()[1:]]
            assert [(line[1], line[2], line[3], line[4]) for line in lines] == \
                [("1", "node01", "joined", MAC % 33), ("2", "node02", "joined", MAC % 32)], lines
            command.send_signal(signal.SIGINT)
            assert command.wait(10) == 0 and "the door is shut again; 2 boards came" in said(), said()
        assert seconds(leased(34)) == WAITING
        with running(site, "join", "--for", "5m", "--keep") as (command, said):
            eventually("the door is open", lambda: "let in" in said())
            command.send_signal(signal.SIGINT)
            assert command.wait(10) == 0 and "stays open" in said(), said()
        assert seconds(leased(35)) == USUAL
        assert "shut" in nodes(site, "join", "--stop")
        assert seconds(leased(36)) == WAITING
        assert "is not a length of time" in nodes(site, "join", "--for", "soon", code=2)


def test_watch_prints_a_line_for_a_joining_board_when_piped(site):
    with head_with(site), running(site, "--watch") as (command, said):
        eventually("it asks", lambda: command.poll() is None)
        leased(40)
        eventually("the board is told", lambda: any(line.split()[1:] == ["node01", "dhcp"] for line in said().splitlines()))
        assert "\x1b" not in said()
        command.send_signal(signal.SIGINT)
        assert command.wait(10) == 0


def test_watch_outlives_a_restart_of_the_service(site):
    with head_with(site), running(site, "--watch") as (command, said):
        leased(41)
        eventually("the first board is told", lambda: "node01" in said())
        site.restart()
        leased(42)
        eventually("the second board is told", lambda: "node02" in said())
        assert command.poll() is None, said()
        command.send_signal(signal.SIGINT)
        assert command.wait(10) == 0


def test_watch_draws_over_itself_on_a_terminal_and_gives_the_cursor_back(site):
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 40, 0, 0))
    screen = bytearray()
    with subprocess.Popen(site.head.command("nodes", "--watch"), stdin=its, stdout=its, stderr=its) as command:
        try:
            while screen.count(b"\x1b[H") < 2:
                assert select.select([ours], [], [], 30)[0], (command.poll(), screen)
                screen += os.read(ours, 4096)
            command.send_signal(signal.SIGINT)
            assert command.wait(10) == 0
        finally:
            command.kill()
    screen += os.read(ours, 4096)
    os.close(ours), os.close(its)
    assert screen.startswith(b"\x1b[?25l") and screen.rstrip().endswith(b"\x1b[?25h"), screen
    rows = screen.split(b"\x1b[H")[1].split(b"\x1b[K\r\n")
    assert rows[0].startswith(b"NODE") and len(rows) <= 10 and all(len(row) <= 40 for row in rows[:-1]), rows


def test_a_list_of_nodes_is_declared_whole_or_not_at_all(site):
    shelf = Path("/run/shelf.csv")
    with head_with(site):
        leased(50)
        shelf.write_text(f"mac;Name;address\nxx;red;10.77.0.61\n{MAC % 50};blue;10.78.0.1\n{MAC % 51};red;\n{MAC % 52};declare;\n")
        said = nodes(site, "declare", str(shelf), code=2)
        for words in ('shelf.csv:2:1: "xx" is not a MAC address', "shelf.csv:3:19:", "10.78.0.1 is no host's address",
                      f"{MAC % 50} is the MAC of node01", 'shelf.csv:4:19: "red" is declared twice',
                      'shelf.csv:5:19: "declare" is a word of', "nothing was changed"):
            assert words in said, (words, said)
        shelf.write_text("nam,mac\nred,x\n")
        assert 'shelf.csv:1:1: there is no column "nam"' in nodes(site, "declare", str(shelf), code=2)
        shelf.write_text(f'address,name,mac\r\n10.77.0.61,red,"{MAC % 51}"\r\n,blue,\r\n')
        assert "--dry-run" in nodes(site, "declare", str(shelf), "--dry-run")
        assert len(site.head.nodes()) == 1
        assert "red: declared" in nodes(site, "declare", str(shelf))
        assert (name(leased(51)), leased(51).address) == ("red", "10.77.0.61")
        assert name(leased(53)) == "blue"
        assert "cannot be read" in nodes(site, "declare", "/nowhere.csv", code=2)
        assert "green: declared" in nodes(site, "declare", "green", "--mac", MAC % 54)
        assert "is declared" not in nodes(site, "declare", "pink", "--mac", "zz", code=2)


def test_verbs_say_what_changed_and_what_happens_next(site):
    with head_with(site, '[groups.spare]\nkernel_options = "quiet"\n'):
        for number in (60, 61, 62):
            leased(number)
        assert "node01: in the group spare" in (said := nodes(site, "group", "node[01-02]", "spare")) and "rootstock reboot 'node[01-02]'" in said
        assert "GROUP" in nodes(site) and seen(site, MAC % 60)["group"] == "spare"
        assert "there is no group spear" in nodes(site, "group", "node01", "spear", code=2)
        assert "node03: kernel_options" in nodes(site, "set", "node03", "kernel-options=console=ttyS0 quiet")
        assert seen(site, MAC % 62)["kernel_options"] == "console=ttyS0 quiet"
        assert "iPXE would take" in nodes(site, "set", "node03", "kernel-options=a || b", code=2)
        said = nodes(site, "set", "node03", "kernel-options=quiet", "address=nowhere", code=2)
        assert "is no IPv4 address (kernel_options was set before that)" in said and seen(site, MAC % 62)["kernel_options"] == "quiet", said
        assert "a node has no colour" in nodes(site, "set", "node03", "colour=red", code=2)
        assert "warning: node03:" in nodes(site, "set", "node03", "image=nowhere")
        assert "image list" in nodes(site, "pin", "node01", "compute/999", code=2)
        assert "is missing behind the nodes" in nodes(site, "pin", "node01", code=2)
        nodes(site, "pin", "all", "--none")
        assert "is gpu01 from now on" in nodes(site, "rename", "node02", "gpu01")
        assert "there is a gpu01 already" in nodes(site, "rename", "node01", "gpu01", code=2)
        assert "is a word of `rootstock nodes`" in nodes(site, "rename", "node01", "all", code=2)
        assert "waits for its new board" in nodes(site, "replace", "gpu01")
        assert name(leased(63)) == "gpu01"
        nodes(site, "forget", "node[01,03]")
        assert [node["name"] for node in site.head.nodes()] == ["gpu01"]


def test_lists_of_nodes_name_everybody_who_is_not_there(site):
    with head_with(site):
        leased(70), leased(71)
        assert [node["name"] for node in json.loads(nodes(site, "node[01-02]", "--json"))["nodes"]] == ["node01", "node02"]
        assert "node02" in nodes(site, MAC % 71)
        said = nodes(site, "group", "node[02-05],nodd01", "--none", code=2)
        assert "there is no node node[03-05],nodd01" in said or "there is no node nodd01,node[03-05]" in said, said
        assert "did you mean node01 by nodd01?" in said, said
        assert "at character 5: this bracket is not closed" in nodes(site, "node[01-", code=2)
        blank = site.head.run("story", "node01, node02")
        assert blank.returncode == 2 and "at character 8: a blank" in blank.stderr, blank.stderr
        assert "nobody is waiting" in nodes(site, "approve", "all", code=2)
        assert "is a member already" in nodes(site, "approve", "node01", code=2)


def test_every_command_that_names_nodes_takes_ranges(site):
    def said(*words, code=0):
        done = site.head.run(*words)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    with head_with(site, "[slurm]\nenabled = false\n"):
        leased(80), leased(81)
        both = "node[01-02]"
        shown = said("overlay", both)
        assert shown.startswith("node01:\nMODE") and "\n\nnode02:\nMODE" in shown, shown
        assert said("overlay", both, "/etc/hostname") == "node01:\nnode01\n\nnode02:\nnode02\n"
        assert said("overlay", MAC % 81, "etc/hostname") == "node02\n"
        assert [one["node"] for one in json.loads(said("overlay", "all", "--json"))["overlays"]] == ["node01", "node02"]
        assert "there is no node node03" in said("overlay", "node[02-03]", code=2)
        assert json.loads(said("explain", "node02", "--json"))["mac"] == MAC % 81
        assert [one["node"] for one in json.loads(said("explain", both, "--json"))["boards"]] == ["node01", "node02"]
        assert len(json.loads(said("story", "node01", MAC % 81, "--json"))["stories"]) == 2
        assert "node02" not in said("queue", "node01") and "there is no node node09" in said("queue", "node09", code=2)
        assert "cannot be the address of 2 nodes" in said("nodes", "set", both, "address=10.77.0.90", code=2)
        assert "2 nodes, and 1 names" in said("nodes", "rename", both, "red", code=2)
        assert "node02: is red2 from now on" in said("nodes", "rename", both, "red[1-2]")
        assert "red1" in said("nodes", "replace", "red1", "red2")
        assert "are for one node" in said("nodes", "declare", "blue[1-3]", "--mac", MAC % 82, code=2)
        assert "blue3: declared" in said("nodes", "declare", "blue[1-3]")
        assert [node["name"] for node in site.head.nodes()] == ["red1", "red2", "blue1", "blue2", "blue3"]
        assert "nobody sits on blue1" in said("explain", "blue1", code=2)
        assert "there is no node 'blue9'" in said("shutdown", "red1", "blue9", code=2)
        assert "there is no node 'blue9'" in said("reboot", "red1", "blue9", code=2)
