"""Who may include what. Paths are relative to the top of the tree; patterns are fnmatch's, '*' crosses '/'."""

# Of our own folders, which one may include which. server/ is included by nobody; tests/ are not looked at.
FOLDERS = {
    "config": {"config"},
    "dhcp": {"config", "dhcp"},
    "tftp": {"config", "tftp"},
    "rootfs": {"config", "rootfs"},
    "server": {"config", "dhcp", "tftp", "rootfs", "server"},
}

# Third-party headers and the few files that own them. A new owner is a decision: it is made here.
OWNERS = {
    "toml++/*": ["config/toml.cpp"],
    "tl/*": ["config/result.hpp"],
    "archive*.h": ["rootfs/archive.cpp", "rootfs/compressed_file.cpp", "rootfs/module_file.cpp", "rootfs/overlay_archive.cpp", "rootfs/unpack.cpp"],
    "netlink/*": ["server/links/*.cpp"],
    "SQLiteCpp/*": ["server/state/*.cpp"],
    "sqlite3.h": ["server/state/*.cpp"],
    "spdlog/*": ["server/log/log.cpp"],
    "CLI/*": ["server/main.cpp", "server/cli/*.cpp"],
    "boost/beast/*": ["server/http/*", "server/cli/admin_client.cpp"],
    "boost/json*": ["rootfs/manifest.cpp", "rootfs/disk_layout.cpp", "rootfs/oci.cpp", "server/http/*", "server/cli/*", "server/story/kept_boot.cpp"],
    "mustache.hpp": ["rootfs/*.cpp"],
    "kainjow/*": ["rootfs/*.cpp"],
    "fmt/*": ["*"],
    "boost/*": ["dhcp/*", "tftp/*", "rootfs/*", "server/*"],  # edges only, see EDGES
}

# Files that own an outside world, header and source alike. All other files of these folders are values and logic.
# The sources of rootfs/ are listed in its CMakeLists.txt, because the libraries are split there the same way.
EDGES = {
    "config": ["file", "load"],
    "dhcp": ["service*", "socket*"],
    "tftp": ["service*", "socket*"],
}

# What only an edge may include: the world outside the program.
OUTSIDE = ["boost/*", "unistd.h", "fcntl.h", "poll.h", "fstream", "sys/socket.h", "sys/stat.h", "sys/wait.h", "sys/ioctl.h",
           "net/*", "netinet/*", "arpa/*", "linux/*", "archive*.h"]

# What only an edge or server/ may say: time and randomness are arguments everywhere else.
WORDS = ["clock::now(", "random_device", "std::rand(", "getenv("]

# Decisions see no bytes: the files on the left never include those on the right.
APART = {
    "dhcp/policy.*": ["dhcp/wire.hpp", "dhcp/option.hpp", "dhcp/message.hpp"],
    "dhcp/leases.*": ["dhcp/wire.hpp", "dhcp/option.hpp", "dhcp/message.hpp"],
    "dhcp/responder*": ["dhcp/wire.hpp"],
}

LONGEST_FILE = 300
LONGEST_FUNCTION = 70
