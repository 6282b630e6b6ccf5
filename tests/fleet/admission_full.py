"""A hundred and twenty-eight boards switched on in the same second, on what a Pi 5 has: takes minutes, so only who names it
runs it:

   tests/fleet/run.py --only fleet.admission_full"""
from admission import Wire, assert_ended_well, storm, tell
from generations import Maker

PI5 = Wire(31, "256KiB", "1280KiB", amd64=7, arm64=8)
MANY = "pi3:24,pi4:32,pi5:32,uboot:16,uefi:12,ipxe:12"


def make_generations(ground):
    for architecture, number in PI5.generations.items():
        if not (ground.state / "images/compute" / str(number)).exists():
            Maker(ground.state / "images", scale=4).generation(number, architecture)


def test_a_hundred_and_twenty_eight(ground):
    make_generations(ground)
    played, queue = storm(ground, PI5, MANY, 22)
    ratio = tell(PI5, played)
    assert_ended_well(played, queue)
    assert ratio <= 1.5, ratio


def test_the_same_without_admission(ground):
    """For contrast: whatever becomes of them."""
    make_generations(ground)
    played, _ = storm(ground, PI5, MANY, 22, enabled=False)
    tell(PI5, played)
