#include "dhcp/policy.hpp"

namespace rootstock::dhcp {

namespace {

std::string web_address(const Head& head, std::string_view path) {
  auto url = "http://" + head.address.text();
  if (head.http_port != 80) url += ":" + std::to_string(head.http_port);
  return url.append("/").append(path);
}

}  // namespace

BootAdvice advise(Dialect dialect, const Head& head) {
  const auto& row = row_of(dialect);
  return {row.by_http ? web_address(head, row.boot_file) : std::string(row.boot_file), std::string(row.why)};
}

}  // namespace rootstock::dhcp
