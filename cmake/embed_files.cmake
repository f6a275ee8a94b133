# Run by mailrail_embed() while building: FILES, below DIRECTORY, become OUT.
#
# All files share one hash, that of all of them, so that they can name each other relatively below it. `/console/HASH/` in
# index.html is what is said in its place there.

function(bytes_of hex out)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

set(digests "")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} digest)
  file(RELATIVE_PATH path ${DIRECTORY} ${file})
  string(APPEND digests "${path} ${digest}\n")
endforeach()
string(SHA256 hash "${digests}")
string(SUBSTRING ${hash} 0 16 hash)

set(work ${OUT}.files)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
set(arrays "")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
  file(RELATIVE_PATH path ${DIRECTORY} ${file})
  set(plain ${work}/plain)
  file(COPY_FILE ${file} ${plain})
  if(path STREQUAL "index.html")
    file(READ ${plain} text)
    string(REPLACE "/console/HASH/" "/console/${hash}/" text "${text}")
    file(WRITE ${plain} "${text}")
  endif()
  file(ARCHIVE_CREATE OUTPUT ${work}/gzip PATHS ${plain} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(READ ${plain} plain_hex HEX)
  file(READ ${work}/gzip gzip_hex HEX)
  # When it was compressed is left out, so that the same files make the same binary.
  string(SUBSTRING ${gzip_hex} 0 8 begin)
  string(SUBSTRING ${gzip_hex} 16 -1 rest)
  bytes_of("${plain_hex}" plain_bytes)
  bytes_of("${begin}00000000${rest}" gzip_bytes)
  string(APPEND arrays "constexpr unsigned char plain_${number}[] = {${plain_bytes}0};\nconstexpr unsigned char gzip_${number}[] = {${gzip_bytes}0};\n")
  string(APPEND table "    {.path = \"${path}\", .plain = text(plain_${number}), .gzip = text(gzip_${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(REMOVE_RECURSE ${work})

file(WRITE ${OUT} "// Made by cmake/embed_files.cmake.

#include <cstddef>
#include <string_view>
#include <vector>

#include \"console/asset.h\"

namespace mailrail::console::embedded {
namespace {

${arrays}
template <std::size_t bytes>
std::string_view text(const unsigned char (&array)[bytes]) {
  return {reinterpret_cast<const char*>(array), bytes - 1};
}

}  // namespace

Assets ${NAME}();
Assets ${NAME}() {
  return {.hash = \"${hash}\", .files = {
${table}  }};
}

}  // namespace mailrail::console::embedded
")
