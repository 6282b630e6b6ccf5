"""Many boards at once: all of them up, whatever the wire does to their frames."""
from ground import memory_peak

MIXED = "pi3:16,pi4:16,pi5:16,uboot:8,uefi:8"
LIMIT_MIB = 64  # DESIGN section 8


def test_sixty_four_mixed_boards_with_loss(ground):
    played = ground.play("--boards", MIXED, "--loss", "2%", "--seed", "3")
    played.assert_good()
    assert played.report["lost_up"] > 100 and played.report["lost_down"] > 100, "the wire lost next to nothing"
    assert len(played.report["checked"]) == 1, played.report["checked"]
    stages = {node["stage"] for node in ground.head.nodes()}
    assert stages == {"up"} and len(ground.head.nodes()) == 64, stages


def test_doubled_and_overtaken_frames(ground):
    ground.play("--boards", "pi3:4,pi4:4,pi5:4,uboot:2,uefi:2,uefi_x64:2,pxe:2,ipxe:2", "--duplicate", "5%", "--reorder",
                "5%", "--seed", "4").assert_good()


def test_a_root_that_is_a_tree(ground):
    with ground.generations(amd64=1, arm64=3):
        played = ground.play("--boards", "pi4:6,uboot:2", "--loss", "1%", "--seed", "5")
    played.assert_good()
    assert all(board["generation"] == "compute/3" for board in played.boards)


def test_a_thousand_boards_fit_in_memory(ground):
    ground.fresh_head()
    with ground.generations(amd64=4, arm64=5):
        played = ground.play("--boards", "pi3:250,pi4:250,pi5:250,uboot:125,uefi:125", "--start-within", "10s", "--read",
                             "256KiB", "--seed", "6")
    peak = memory_peak(ground.worker())
    print(f"    the worker's memory at its peak: {peak:.1f} MiB", flush=True)
    played.assert_good()
    assert peak < LIMIT_MIB, f"{peak:.1f} MiB"
