#pragma once
// File names as UTF-8, whatever locale the program runs in.

#include <locale.h>

namespace rootstock::rootfs {

/// libarchive turns names into the locale's bytes and drops what the "C" locale lacks; ca-certificates alone
/// has such names. This holds UTF-8 for the calling thread.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(::uselocale(locale_)) {}
  ~Utf8Names() {
    ::uselocale(before_);
    if (locale_ != nullptr) ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_, before_;
};

}  // namespace rootstock::rootfs
