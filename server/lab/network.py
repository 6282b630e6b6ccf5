"""Switch and cables of a world. Names need no care: the world's network is its own and ends with it."""
import subprocess


def ip(*argv):
    subprocess.run(["ip", *argv], check=True)


def switch(name):
    """A bridge; the head's cluster interface is its own port."""
    ip("link", "add", name, "address", "52:54:00:77:ff:01", "type", "bridge", "stp_state", "0", "forward_delay", "0")
    ip("link", "set", name, "up")


def keep_on(switch_name):
    """A switch that is on, whoever is plugged in: the head's cable has a link. Its far end is the head's, too, and must not
    answer for the head's address: what came in there would reach no server."""
    port, idle = f"{switch_name}-on", f"{switch_name}-idle"
    ip("link", "add", port, "type", "veth", "peer", "name", idle)
    ip("link", "set", idle, "arp", "off", "up")
    ip("link", "set", port, "master", switch_name, "up")


def socket_on(switch_name, port):
    """A tap for one virtual machine, plugged into the switch."""
    ip("tuntap", "add", port, "mode", "tap")
    ip("link", "set", port, "master", switch_name, "up")


def unplug(port):
    ip("link", "set", port, "down")


def plug_in(port):
    ip("link", "set", port, "up")


def neighbour(namespace, head_end, far_end):
    """Another network namespace, joined to this one by a cable."""
    ip("netns", "add", namespace)
    ip("-n", namespace, "link", "set", "lo", "up")
    ip("link", "add", head_end, "type", "veth", "peer", "name", far_end, "netns", namespace)
    ip("-n", namespace, "link", "set", far_end, "up")


def within(namespace, argv):
    """The command line that runs argv there."""
    return ["nsenter", f"--net=/run/netns/{namespace}", "--", *argv]
