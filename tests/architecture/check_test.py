#!/usr/bin/env python3
"""Each rule is broken once in a small tree of its own: a check that cannot fail is none."""
import tempfile
import unittest
from pathlib import Path

import check

SOUND = {
    "config/address.hpp": "#include <string>\n",
    "config/toml.hpp": "",
    "dhcp/message.hpp": '#include "config/address.hpp"\n',
    "dhcp/policy.cpp": "",
    "dhcp/service.cpp": '#include <boost/asio.hpp>\n#include "dhcp/service.hpp"\n#include <sys/socket.h>\n',
    "dhcp/service.hpp": "",
    "tftp/packet.cpp": "",
    "tftp/packet.hpp": "",
    "rootfs/CMakeLists.txt": "set(edges archive.cpp\n          store.cpp)\n",
    "rootfs/archive.cpp": "#include <archive.h>\n#include <unistd.h>\n",
    "rootfs/overlay.cpp": "",
    "server/log/log.hpp": "",
    "server/main.cpp": '#include <CLI/CLI.hpp>\n#include "dhcp/message.hpp"\n',
}


def complaints(**changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**SOUND, **changes}.items():
            file = Path(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return list(check.broken_rules(check.Tree(folder)))


class Rules(unittest.TestCase):
    def broken(self, file, text, says):
        found = complaints(**{file: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{file}:1: "), found)
        self.assertIn(says, found[0])

    def test_a_sound_tree_passes(self):
        self.assertEqual(complaints(), [])

    def test_parts_do_not_know_each_other(self):
        self.broken("dhcp/policy.cpp", '#include "tftp/packet.hpp"\n', "dhcp/ may include config, dhcp only")

    def test_server_is_included_by_nobody(self):
        self.broken("rootfs/archive.cpp", '#include "server/log/log.hpp"\n', "rootfs/ may include config, rootfs only")

    def test_config_stands_alone(self):
        self.broken("config/address.hpp", '#include "dhcp/message.hpp"\n', "config/ may include config only")

    def test_no_boost_in_pure_files(self):
        self.broken("tftp/packet.cpp", "#include <boost/asio/buffer.hpp>\n", "only edges may")

    def test_no_system_headers_in_pure_files(self):
        self.broken("rootfs/overlay.cpp", "#include <unistd.h>\n", "only edges may")

    def test_pure_files_do_not_include_edges(self):
        self.broken("dhcp/policy.cpp", '#include "dhcp/service.hpp"\n', "includes the edge dhcp/service.hpp")

    def test_decisions_see_no_bytes(self):
        self.broken("dhcp/policy.cpp", '#include "dhcp/message.hpp"\n', "decisions see no bytes")

    def test_each_library_has_its_owners(self):
        self.broken("server/log/log.hpp", "#include <archive.h>\n", "belongs to rootfs/archive.cpp")

    def test_a_new_library_needs_an_owner(self):
        self.broken("server/main.cpp", "#include <curl/curl.h>\n", "has no owner")

    def test_paths_start_at_the_top(self):
        self.broken("dhcp/service.cpp", '#include "service.hpp"\n', "is not in the tree")

    def test_time_is_an_argument(self):
        self.broken("dhcp/policy.cpp", "auto t = std::chrono::steady_clock::now();\n", "make it an argument")

    def test_functions_are_measured(self):
        text = "namespace a {\n\nint one() { return 1; }\n\nint two(int a,\n        int b) {\n  return a;\n}\n\n}\nint x = 3;\n"
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "config").mkdir()
            (Path(folder) / "config/a.cpp").write_text(text)
            self.assertEqual(list(check.functions(check.Tree(folder), "config/a.cpp")), [("one", 1), ("two", 4)])


if __name__ == "__main__":
    unittest.main()
