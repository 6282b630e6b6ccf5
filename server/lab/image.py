"""The lab's image, for as many architectures as its boards have. Building one takes minutes, under emulation more."""
import re
import time
from pathlib import Path

from world import run_on_outside_network

SOURCES = Path(__file__).resolve().parents[2]
RECIPE = SOURCES / "rootfs/recipes/lab.toml"
NAME = "lab"


def recipe_for(architecture, folder, change=lambda text: text):
    """A copy of the recipe, cut down to one architecture and, if you like, changed."""
    text, cuts = re.subn(r"^architectures = .*$", f'architectures = ["{architecture}"]', RECIPE.read_text(), flags=re.MULTILINE)
    assert cuts == 1, f"{RECIPE} has no line `architectures = ...`"
    file = Path(folder) / f"{NAME}-{architecture}.toml"
    file.write_text(change(text))
    return file


def generations(head, architecture):
    """Those of this architecture, oldest first."""
    listed = head.ask("image", "list")["generations"]
    return sorted((entry for entry in listed if entry["image"] == NAME and entry["architecture"] == architecture),
                  key=lambda entry: entry["number"])


def build(head, recipe):
    """A new generation, its progress on our terminal. Returns the seconds it took."""
    begin = time.monotonic()
    run_on_outside_network(head.command("image", "build", str(recipe), "--name", NAME))
    return time.monotonic() - begin


def build_missing(head, architectures, folder):
    """Leaves what is there alone."""
    for architecture in architectures:
        if generations(head, architecture):
            continue
        print(f"Building the lab's image for {architecture}: once, a few minutes", flush=True)
        print(f"  built in {build(head, recipe_for(architecture, folder)):.0f} s", flush=True)
