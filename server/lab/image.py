"""The lab's image, for as many architectures as its boards have. Building one takes minutes, under emulation more."""
import hashlib
import os
import re
import time
from pathlib import Path

from world import run_on_outside_network

SOURCES = Path(__file__).resolve().parents[2]
RECIPE = SOURCES / "rootfs/recipes/lab.toml"
NAME = "lab"
OURS = ("rootfs/build", "rootfs/initramfs", "rootfs/node")


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


def ingredients():
    """A digest of what every image gets from us: a node that runs the files of another week says things nobody expects."""
    digest = hashlib.sha256(RECIPE.read_bytes())
    for file in sorted(file for part in OURS for file in (SOURCES / part).rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(SOURCES)} {os.access(file, os.X_OK)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def build_missing(head, architectures, folder, images):
    """Leaves alone what is there and of today's making. The number of the generation for each architecture."""
    return {architecture: build_one_missing(head, architecture, folder, Path(images) / NAME / f".built-{architecture}")
            for architecture in architectures}


def build_one_missing(head, architecture, folder, built):
    """`built` keeps the ingredients of a generation and its number: somebody may have built others since."""
    now = ingredients()
    of, number = built.read_text().split() if built.exists() else ("", 0)
    if of == now and int(number) in (entry["number"] for entry in generations(head, architecture)):
        return int(number)
    print(f"Building the lab's image for {architecture}: once, a few minutes", flush=True)
    print(f"  built in {build(head, recipe_for(architecture, folder)):.0f} s", flush=True)
    number = generations(head, architecture)[-1]["number"]
    built.write_text(f"{now} {number}")
    return number
