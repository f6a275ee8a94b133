# Puts the files of a directory into a target as bytes, as they are and compressed. CMake alone does it: nothing is
# downloaded and no other tool runs.
#
#   mailrail_embed(TARGET mailrail_console DIRECTORY ui NAME console_files)
#
# writes NAME.cc, which defines what console/asset.h declares as `embedded::NAME()`.

set(mailrail_embed_script ${CMAKE_CURRENT_LIST_DIR}/embed_files.cmake)

function(mailrail_embed)
  cmake_parse_arguments(embed "" "TARGET;DIRECTORY;NAME" "" ${ARGN})
  set(kinds html css js svg png ico)
  list(TRANSFORM kinds PREPEND ${embed_DIRECTORY}/*. OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
  list(SORT files)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${embed_NAME}.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DDIRECTORY=${embed_DIRECTORY} -DNAME=${embed_NAME} -DOUT=${out} -P ${mailrail_embed_script}
    DEPENDS ${files} ${mailrail_embed_script}
    VERBATIM)
  target_sources(${embed_TARGET} PRIVATE ${out})
endfunction()
