"""Boards that misbehave, beside others that must not suffer from it; and boards that nobody knows."""


def test_misbehaving_boards_harm_nobody_else(ground):
    """Pis that never acknowledge a block, Pis that ask for missing files without pause (eeprom#74), and Pis whose power goes
    half way and comes back."""
    played = ground.play("--boards", "pi4:6,pi5:6,uboot:2", "--misbehave", "never-ack:3,tight-loop:3,power-cut:4", "--seed",
                         "11")
    played.assert_good()
    assert all(not board["there"] for board in played.of("never-ack")), "whoever never acknowledges gets no file"
    assert all(board["boots"] > 1 and board["there"] for board in played.of("power-cut"))
    assert all(board["requests"] > 1000 for board in played.of("tight-loop")), "they did not storm"


def test_the_storm_of_misses_does_not_flood_the_log(ground):
    before = len(ground.log())
    ground.play("--boards", "pi4:1", "--misbehave", "tight-loop:4", "--seed", "12").assert_good()
    lines = ground.log()[before:].count("\n")
    assert lines < 100, f"{lines} lines"


def test_an_unknown_dialect_gets_an_address_and_a_line(ground):
    before = len(ground.log())
    played = ground.play("--boards", "unknown:2,pi4:2", "--seed", "13")
    played.assert_good()
    lines = [line for line in ground.log()[before:].splitlines()
             if any(board["mac"] in line for board in played.of("unknown"))]
    assert any("no boot file for firmware" in line and "an address only" in line for line in lines), lines
    for board in played.of("unknown"):
        assert any("address 10.77." in step["what"] for step in board["timeline"]), board["timeline"]


def test_content_that_differs_is_found(ground):
    """The fleet's own check can fail: here the root is not what its manifest says."""
    squashfs = ground.state / "images/compute/2/root.squashfs"
    root = squashfs.read_bytes()
    try:
        squashfs.write_bytes(root[:-4096] + bytes(4096))
        played = ground.play("--boards", "pi4:1", "--seed", "14")
        assert played.status == 1 and any("digest" in line for line in played.report["differences"]), played.words()
    finally:
        squashfs.write_bytes(root)
