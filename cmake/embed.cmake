# Puts the pages of a directory into a target, as they are served and compressed. Nothing is downloaded.
#
#   mailrail_embed(TARGET mailrail_console DIRECTORY ui NAME console_files)
#
# writes NAME.cc, which defines what console/asset.h declares as `embedded::NAME()`.

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set(mailrail_embed_script ${CMAKE_SOURCE_DIR}/tools/embed.py)

function(mailrail_embed)
  cmake_parse_arguments(embed "" "TARGET;DIRECTORY;NAME" "" ${ARGN})
  set(kinds html css js svg png ico)
  list(TRANSFORM kinds PREPEND ${embed_DIRECTORY}/*. OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${embed_NAME}.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND Python3::Interpreter ${mailrail_embed_script} ${embed_DIRECTORY} ${embed_NAME} ${out}
    DEPENDS ${files} ${mailrail_embed_script}
    VERBATIM)
  target_sources(${embed_TARGET} PRIVATE ${out})
endfunction()
