"""Storms on a wire that is too narrow for them: who loads, who waits, in which order, and that they end well.

Wire and files are those of a Pi 5 and of boards of today, all smaller by one factor, so that times stay real: a
thirty-second of 940 Mbit/s where kernels have 1 MB instead of 30. The head's port is shared as Linux shares it (fq_codel).

The whole of it, with 128 boards and with admission off, is in admission_full.py."""

CAN_WAIT = ("pi4", "pi5")  # for their address: their order is the queue's alone


class Wire:
    """What it carries, what its port holds, how much of its root a node reads, and generations of a fitting size."""

    def __init__(self, mbit, queue, read, **generations):
        self.mbit, self.queue, self.read, self.generations = mbit, queue, read, generations

    def words(self):
        return ["--rate", f"{self.mbit}mbit", "--queue", self.queue, "--fair", "--read", self.read]

    def bytes_per_second(self):
        return self.mbit * 0.94e6 / 8  # headers take 6 %

    def settings(self, enabled):
        """A TAP does not say how fast it is."""
        return f'[admission]\nenabled = {str(enabled).lower()}\nbandwidth = "{self.mbit * 940:.0f}kbit"\n'


NARROW = Wire(2, "64KiB", "64KiB", amd64=4, arm64=5)
FEW = "pi3:3,pi4:6,pi5:6,uboot:3,uefi:3,ipxe:3"


def steps(board, words):
    """When its timeline says so."""
    return [step["at"] for step in board["timeline"] if words in step["what"]]


def given_up(played):
    """Files that firmware did not get in time."""
    return [f"{board['name']}: {step['what']}" for board in played.boards for step in board["timeline"]
            if "no answer in time" in step["what"]]


def started_over(played):
    """After it had its address: a Pi that waits for it asks for 45 s and begins again, for ever (NETBOOT-FACTS 1.1)."""
    return [board["name"] for board in played.boards
            if any(at > steps(board, "address ")[0] for at in steps(board, "starts over"))]


def rank_correlation(pairs):
    """Spearman's: 1 when both orders are the same, 0 when they have nothing to do with each other."""
    ranks = [{index: rank for rank, index in enumerate(sorted(range(len(pairs)), key=lambda index: pairs[index][side]))}
             for side in (0, 1)]
    squares = sum((ranks[0][index] - ranks[1][index])**2 for index in range(len(pairs)))
    return 1 - 6 * squares / (len(pairs) * (len(pairs)**2 - 1))


def order_kept(played):
    """Power-on against first address, over boards that wait for it."""
    pairs = [(steps(board, "power on")[0], steps(board, "address ")[0]) for board in played.boards
             if board["group"] in CAN_WAIT and steps(board, "address ")]
    return rank_correlation(pairs)


def waited(played):
    """Boards whose firmware was held for longer than its first answer takes."""
    return [board for board in played.boards if board["group"] in CAN_WAIT and
            steps(board, "address ")[0] - steps(board, "power on")[0] > 3]


def tell(wire, played):
    """What it came to, in figures; the time as a multiple of what the bytes alone take."""
    needed = sum(board["bytes"] for board in played.boards) / wire.bytes_per_second()
    took = played.report["seconds"]
    there = [board["seconds"] for board in played.boards if board["there"]]
    print(f"    {took:.1f} s, {took / needed:.2f} times the {needed:.1f} s that the bytes alone take; files given up: "
          f"{len(given_up(played))}; boards started over: {len(started_over(played))}; frames lost at "
          f"the port: {played.report['overflowed']}; boards that waited for their address: {len(waited(played))}, order kept: "
          f"{order_kept(played):.3f}; up after {min(there):.1f} to {max(there):.1f} s", flush=True)
    return took / needed


def storm(ground, wire, boards, seed, enabled=True):
    with ground.generations(**wire.generations), ground.settings(wire.settings(enabled)):
        played = ground.play("--boards", boards, *wire.words(), "--start-within", "1s", "--seed", str(seed), seconds=580)
        queue = ground.head.ask("queue")
    return played, queue


def assert_ended_well(played, queue):
    played.assert_good()
    assert not given_up(played), given_up(played)[:5]
    assert not started_over(played), started_over(played)
    assert queue["loading"] == 0 and queue["waiting"] == 0, queue
    assert order_kept(played) > 0.9, order_kept(played)


def test_a_storm_ends_well(ground):
    """Two dozen at once where thirteen may load."""
    played, queue = storm(ground, NARROW, FEW, 21)
    tell(NARROW, played)
    assert_ended_well(played, queue)
    assert waited(played), "nobody had to wait: the wire was not too narrow"
