#!/usr/bin/env python3
"""Reads the #include lines of the tree and holds them to rules.py. Prints what is long.

    tests/architecture/check.py [TREE]

Exit: 0 the rules hold, 1 at least one is broken (each is printed with file and line)."""
import re
import statistics
import sys
from fnmatch import fnmatch
from pathlib import Path

import rules

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
STANDARD = re.compile(r"^[a-z_0-9]+$")  # <vector>: the C++ library's headers have no suffix
SYSTEM = re.compile(r"^(sys|net|netinet|arpa|linux|asm|mntent)/|^[a-z_0-9]+\.h$")


def matches(name, patterns):
    return any(fnmatch(name, pattern) for pattern in patterns)


class Tree:
    def __init__(self, top):
        self.top = Path(top)
        self.files = sorted(f.relative_to(self.top).as_posix() for folder in rules.FOLDERS
                            for f in (self.top / folder).rglob("*") if f.suffix in (".cpp", ".hpp"))
        self.edges = dict(rules.EDGES, rootfs=self.rootfs_edges())

    def rootfs_edges(self):
        listing = self.top / "rootfs/CMakeLists.txt"
        found = re.search(r"set\(edges([^)]*)\)", listing.read_text()) if listing.exists() else None
        return [name.removesuffix(".cpp") for name in found.group(1).split()] if found else []

    def lines(self, file):
        return (self.top / file).read_text(errors="replace").splitlines()

    def is_edge(self, file):
        folder, _, rest = file.partition("/")
        return folder == "server" or matches(rest.rsplit(".", 1)[0], self.edges.get(folder, []))


def own_include(tree, file, name):
    """What is wrong with including one of our own headers."""
    folder, target = file.split("/")[0], name.split("/")[0]
    if not (tree.top / name).is_file():
        return f'"{name}" is not in the tree; write the path from its top'
    if target not in rules.FOLDERS[folder]:
        return f"{folder}/ may include {', '.join(sorted(rules.FOLDERS[folder]))} only, not {name}"
    if not tree.is_edge(file) and tree.is_edge(name):
        return f"a value or logic file includes the edge {name}"
    for pattern, forbidden in rules.APART.items():
        if fnmatch(file, pattern) and name in forbidden:
            return f"decisions see no bytes: not {name}"
    return None


def foreign_include(tree, file, name):
    """What is wrong with including a header that is not ours."""
    if not tree.is_edge(file) and matches(name, rules.OUTSIDE):
        return f"a value or logic file includes <{name}>; only edges may"
    owner = next((pattern for pattern in rules.OWNERS if fnmatch(name, pattern)), None)
    if owner:
        return None if matches(file, rules.OWNERS[owner]) else f"<{name}> belongs to {', '.join(rules.OWNERS[owner])}"
    if STANDARD.match(name) or SYSTEM.match(name):
        return None
    return f"<{name}> has no owner in tests/architecture/rules.py"


def broken_rules(tree):
    for file in tree.files:
        for number, line in enumerate(tree.lines(file), 1):
            found = INCLUDE.match(line)
            wrong = found and (own_include(tree, file, found[1]) if found[1] else foreign_include(tree, file, found[2]))
            if wrong:
                yield f"{file}:{number}: {wrong}"
            for word in rules.WORDS if not tree.is_edge(file) else ():
                if word in line.split("//")[0]:
                    yield f"{file}:{number}: `{word}` in a value or logic file; make it an argument"


def functions(tree, file):
    """(name, lines) of each function at namespace level: clang-format leaves those without indentation."""
    start = name = None
    for number, line in enumerate(tree.lines(file), 1):
        if start is None and re.match(r"^[A-Za-z~]", line) and not re.match(r"(namespace|struct|class|enum|union|extern|using)\b", line):
            start, name = number, line
        if start is not None:
            if line.startswith("}"):
                yield name.split("(")[0].split()[-1], number - start + 1
                start = None
            elif line.rstrip().endswith((";", "}")) and not line.startswith((" ", "\t")):
                if "{" in line:
                    yield name.split("(")[0].split()[-1], number - start + 1
                start = None


def print_sizes(tree):
    long_files = [(len(tree.lines(f)), f) for f in tree.files if len(tree.lines(f)) > rules.LONGEST_FILE]
    sizes = [(lines, f"{f}: {name}") for f in tree.files for name, lines in functions(tree, f)]
    for lines, file in sorted(long_files, reverse=True):
        print(f"long: {file} has {lines} lines (aim: {rules.LONGEST_FILE})")
    for lines, where in sorted(sizes, reverse=True):
        if lines > rules.LONGEST_FUNCTION:
            print(f"long: {where} has {lines} lines (aim: {rules.LONGEST_FUNCTION})")
    lengths = sorted(lines for lines, _ in sizes)
    if lengths:
        print(f"{len(tree.files)} files; {len(lengths)} functions: median {statistics.median(lengths):.0f} lines, "
              f"90th percentile {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]}")


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    if not tree.files:
        sys.exit(f"no sources under {tree.top}")
    print_sizes(tree)
    broken = list(broken_rules(tree))
    for line in broken:
        print(line, file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
