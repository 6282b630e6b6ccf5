#include "rootfs/disk_layout.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>

namespace rootstock::rootfs {
namespace {

namespace json = boost::json;

/// Types as sfdisk writes them: two hex digits for MBR, a GUID for GPT (root partitions of both architectures
/// have one of their own, "Discoverable Partitions Specification").
constexpr std::array linux_types = {std::string_view{"83"},
                                    std::string_view{"0FC63DAF-8483-4772-8E79-3D69D8477DE4"},
                                    std::string_view{"B921B045-1DF0-41C3-AF44-4C6F280D3FAE"},
                                    std::string_view{"4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"}};
constexpr std::array fat_types = {std::string_view{"1"},
                                  std::string_view{"4"},
                                  std::string_view{"6"},
                                  std::string_view{"b"},
                                  std::string_view{"c"},
                                  std::string_view{"e"},
                                  std::string_view{"ef"},
                                  std::string_view{"C12A7328-F81F-11D2-BA4B-00A0C93EC93B"},
                                  std::string_view{"EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"}};

bool among(const auto& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

struct Row {
  std::string type;
  Partition where;
};

Failure not_a_table() {
  return {"sfdisk's words about the disk image cannot be understood", "is util-linux older than 2.35?"};
}

std::uint64_t number(const json::object& object, const char* key, std::uint64_t otherwise) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return otherwise;
  boost::system::error_code error;
  const auto found = value->to_number<std::uint64_t>(error);
  return error ? 0 : found;
}

Result<Row, Failure> read_row(const json::value& value, std::uint64_t sector, std::uint64_t image_size) {
  const auto* object = value.if_object();
  if (object == nullptr) return tl::unexpected{not_a_table()};
  const auto* type = object->if_contains("type");
  const auto start = number(*object, "start", 0), size = number(*object, "size", 0);
  if (type == nullptr || !type->is_string() || start == 0) return tl::unexpected{not_a_table()};
  const auto sectors = image_size / sector;
  if (start > sectors || size > sectors - start)
    return fail("a partition ends beyond the end of the disk image",
                "the image is cut off: compare its size and checksum with where it came from");
  return Row{std::string(type->as_string()), {start * sector, size * sector}};
}

}  // namespace

Result<DiskLayout, Failure> read_disk_layout(std::string_view text, std::uint64_t image_size) {
  boost::system::error_code error;
  const auto document = json::parse(text, error);
  const auto* top = error ? nullptr : document.if_object();
  const auto* table = top == nullptr ? nullptr : top->if_contains("partitiontable");
  const auto* fields = table == nullptr ? nullptr : table->if_object();
  const auto* rows = fields == nullptr ? nullptr : fields->if_contains("partitions");
  if (rows == nullptr || !rows->is_array()) return tl::unexpected{not_a_table()};
  const auto sector = number(*fields, "sectorsize", 512);
  if (sector < 512 || sector > 65536) return tl::unexpected{not_a_table()};
  std::optional<Partition> root, boot;
  for (const auto& value : rows->as_array()) {
    const auto row = read_row(value, sector, image_size);
    if (!row) return tl::unexpected{row.error()};
    if (among(linux_types, row->type) && (!root || row->where.size > root->size)) root = row->where;
    if (among(fat_types, row->type) && !boot) boot = row->where;
  }
  if (!root)
    return fail("the disk image has no partition of Linux",
                "it must be the image of an installed system, such as Raspberry Pi OS's");
  return DiskLayout{*root, boot};
}

}  // namespace rootstock::rootfs
