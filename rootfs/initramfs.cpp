#include "rootfs/initramfs.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "config/embedded.hpp"
#include "config/file.hpp"
#include "rootfs/archive.hpp"
#include "rootfs/elf.hpp"
#include "rootfs/module_closure.hpp"
#include "rootfs/module_file.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::embedded {
std::span<const EmbeddedFile> initramfs();
}

namespace rootstock::rootfs {
namespace fs = std::filesystem;
namespace {

/// Levels above win 3 % for three times the work.
constexpr int zstd_level = 15;

/// What the kernel's own part of the boot needs before /dev is mounted, and where init mounts things.
void add_skeleton(ArchiveWriter& archive) {
  for (const auto* folder : {"bin", "dev", "etc", "images", "lib", "lib/modules", "lower", "newroot", "proc",
                             "run", "sbin", "sys", "upper"})
    archive.directory(folder);
  archive.character_device("dev/console", 0600, 5, 1);
  archive.character_device("dev/null", 0666, 1, 3);
  archive.symlink("bin/sh", "busybox");
  // The kernel runs this one itself, to find a file system or the driver of a network chip.
  archive.symlink("sbin/modprobe", "/bin/busybox");
}

Result<void, Failure> add_busybox(ArchiveWriter& archive, const fs::path& tree) {
  const auto busybox = read_file(busybox_of(tree));
  if (!busybox || !is_static_program(*busybox))
    return fail("the image has no static /bin/busybox, which the initramfs is made of",
                "add the package busybox-static to the recipe");
  archive.file("bin/busybox", *busybox, 0755);
  return {};
}

void add_scripts(ArchiveWriter& archive) {
  for (const auto& file : embedded::initramfs()) {
    const std::string path(file.path);
    archive.file(path == "init" ? path : "etc/" + path, file.content, file.executable ? 0755 : 0644);
  }
}

struct Modules {
  fs::path folder;  ///< /lib/modules/<version> on the head's disk
  std::string alias;
  ModuleIndex index;
};

Result<Modules, Failure> read_modules(const fs::path& tree, const std::string& version) {
  Modules modules;
  modules.folder = inside(tree, "/lib/modules/" + version);
  const auto dep = read_file(modules.folder / "modules.dep");
  if (!dep)
    return fail("the image has no modules for its kernel " + version + ": " + dep.error().what,
                "run depmod " + version + " in the image, or install a kernel package that does");
  const auto text = [&](const char* name) { return read_file(modules.folder / name).value_or(""); };
  modules.alias = text("modules.alias");
  modules.index = parse_module_index(*dep, text("modules.builtin"), text("modules.softdep"));
  return modules;
}

Result<ModuleClosure, Failure> choose_modules(const Modules& modules, const std::string& version,
                                              const std::string& architecture) {
  const auto& index = modules.index;
  const auto required = close_over(index, required_modules());
  if (!required.missing.empty())
    return fail("kernel " + version + " has no module " + required.missing.front() +
                    ", without which no node mounts its root",
                "choose a full kernel package, such as linux-image-" + architecture);
  auto wanted = required_modules();
  for (auto& name : network_drivers(index)) wanted.push_back(std::move(name));
  for (auto& name : watchdog_drivers(index)) wanted.push_back(std::move(name));
  if (architecture == "arm64")
    for (auto& name : soc_drivers(index, modules.alias)) wanted.push_back(std::move(name));
  return close_over(index, wanted);
}

/// Each folder once, parents first, as cpio wants it.
void add_folders(ArchiveWriter& archive, const std::string& top, const ModuleIndex& index,
                 const std::vector<std::string>& names) {
  std::set<std::string> folders{top};
  for (const auto& name : names)
    for (auto folder = fs::path(index.modules.at(name).path).parent_path(); !folder.empty();
         folder = folder.parent_path())
      folders.insert(top + "/" + folder.string());
  for (const auto& folder : folders) archive.directory(folder);
}

/// "kernel/fs/nfs/nfs.ko.xz" is packed as "kernel/fs/nfs/nfs.ko".
void name_unpacked(ModuleIndex& index) {
  for (auto& [name, module] : index.modules) module.path.resize(module.path.rfind(".ko") + 3);
}

Result<void, Failure> add_modules(ArchiveWriter& archive, Modules modules, const ModuleClosure& closure,
                                  const std::string& version, const std::function<bool(double)>& progress) {
  auto names = closure.names;
  std::sort(names.begin(), names.end());
  const auto packed = modules.index.modules;
  name_unpacked(modules.index);
  const auto top = "lib/modules/" + version;
  add_folders(archive, top, modules.index, names);
  std::size_t done = 0;
  for (const auto& name : names) {
    const auto bytes = read_module(modules.folder / packed.at(name).path);
    if (!bytes) return tl::unexpected{bytes.error()};
    archive.file(top + "/" + modules.index.modules.at(name).path, *bytes);
    const auto fraction = static_cast<double>(++done) / static_cast<double>(names.size());
    if (progress && !progress(fraction)) return fail("stopped");
  }
  archive.file(top + "/modules.dep", closed_modules_dep(modules.index, closure));
  archive.file(top + "/modules.alias", closed_modules_alias(modules.alias, closure));
  std::string required;
  for (const auto& name : required_modules())
    if (modules.index.modules.contains(name)) required += name + "\n";
  archive.file("etc/modules", required);
  return {};
}

/// Kernels since 5.9 can unpack zstd; one whose configuration says otherwise gets gzip, which all can.
Compression compression_for(const fs::path& tree, const std::string& version) {
  const auto config = read_file(inside(tree, "/boot/config-" + version));
  return config && config->find("CONFIG_RD_ZSTD=y") == std::string::npos ? Compression::gzip
                                                                         : Compression::zstd;
}

}  // namespace

Result<InitramfsReport, Failure> write_initramfs(const fs::path& tree, const std::string& kernel_version,
                                                 const fs::path& out,
                                                 const std::function<bool(double)>& progress) {
  auto modules = read_modules(tree, kernel_version);
  if (!modules) return tl::unexpected{modules.error()};
  const auto architecture = architecture_of(read_file(busybox_of(tree)).value_or(""));
  const auto closure = choose_modules(*modules, kernel_version, architecture);
  if (!closure) return tl::unexpected{closure.error()};

  const auto compression = compression_for(tree, kernel_version);
  auto archive = ArchiveWriter::to_file(out, ArchiveFormat::newc, compression,
                                        compression == Compression::zstd ? zstd_level : 0);
  add_skeleton(archive);
  if (const auto added = add_busybox(archive, tree); !added) return tl::unexpected{added.error()};
  add_scripts(archive);
  if (const auto added = add_modules(archive, std::move(*modules), *closure, kernel_version, progress);
      !added)
    return tl::unexpected{added.error()};
  if (const auto done = archive.finish(); !done) return tl::unexpected{done.error()};

  std::error_code error;
  InitramfsReport report{fs::file_size(out, error), closure->names};
  if (error) return fail("cannot read back " + out.string() + ": " + error.message());
  std::sort(report.modules.begin(), report.modules.end());
  return report;
}

}  // namespace rootstock::rootfs
