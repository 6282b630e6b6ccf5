# embed_folder(TARGET FUNCTION FOLDER): every file under FOLDER becomes a row of
# `std::span<const rootstock::EmbeddedFile> rootstock::embedded::FUNCTION()`, compiled into TARGET.
# The same file is the generator: cmake -P with FOLDER, FUNCTION and OUT set.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(ROOTSTOCK_EMBED ${CMAKE_CURRENT_LIST_FILE})
  function(embed_folder target function folder)
    get_filename_component(folder ${folder} ABSOLUTE)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${function}.cpp)
    add_custom_command(
      OUTPUT ${out} DEPENDS ${files} ${ROOTSTOCK_EMBED}
      COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DFUNCTION=${function} -DOUT=${out} -P ${ROOTSTOCK_EMBED}
      VERBATIM)
    target_sources(${target} PRIVATE ${out})
  endfunction()
  return()
endif()

file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(rows "")
foreach(name IN LISTS files)
  file(READ ${FOLDER}/${name} content)
  # A script says so itself; git keeps the executable bit, but an archive of the sources may not.
  string(FIND "${content}" "#!" shebang)
  if(shebang EQUAL 0)
    set(executable true)
  else()
    set(executable false)
  endif()
  string(APPEND rows "    {\"${name}\", R\"embedded(${content})embedded\", ${executable}},\n")
endforeach()
file(WRITE ${OUT} "#include \"config/embedded.hpp\"

namespace rootstock::embedded {
std::span<const EmbeddedFile> ${FUNCTION}();
std::span<const EmbeddedFile> ${FUNCTION}() {
  static constexpr EmbeddedFile files[] = {
${rows}  };
  return files;
}
}  // namespace rootstock::embedded
")
