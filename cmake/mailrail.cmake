# How every part of mailrail is compiled, and the one way to declare a module.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)  # TRY is a GNU statement expression.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0.3 REQUIRED)  # Before that a MAC that is begun again went on.
find_package(CURL 7.85 REQUIRED)
find_package(PostgreSQL 13 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(pugixml REQUIRED)

add_library(mailrail_flags INTERFACE)
target_include_directories(mailrail_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_options(mailrail_flags INTERFACE -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
# A designated initialiser names what differs from the defaults; the rest is meant to be left out.
target_compile_options(mailrail_flags INTERFACE -Wno-missing-field-initializers)
target_link_libraries(mailrail_flags INTERFACE Threads::Threads)

# Developers' presets compile ten sources of a target as one (CMAKE_UNITY_BUILD), in a third to a half of the time. What is unnamed in
# one of them is seen in the others then, so two warnings are left to `make build`, which takes each source by itself, and shadows
# to lint, too.
if(CMAKE_UNITY_BUILD)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)
  target_compile_options(mailrail_flags INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# mailrail_alone(a.cc b.cc): these are compiled by themselves: they have a name that another source of their target has, too.
function(mailrail_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# What `make test PRESET=asan` and `PRESET=tsan` run and, with what it stands on, build.
add_custom_target(unit_and_simulation)
add_custom_target(threads)

# mailrail_module(NAME log USES base LIBRARIES xxhash SOURCES a.cc TESTS a_test.cc [THREADS])
#
# Builds the library mailrail_NAME, which may include only itself, base and what USES names (tools/tidy.py checks the
# includes), and the test binary NAME_test, which may also include sim/. THREADS: its tests have several, or what is meant
# for several. LONG: as of mailrail_test.
function(mailrail_module)
  cmake_parse_arguments(module "THREADS;LONG" "NAME" "USES;LIBRARIES;SOURCES;TESTS;TEST_USES" ${ARGN})
  set(target mailrail_${module_NAME})
  add_library(${target} STATIC ${module_SOURCES})
  set(uses ${module_USES})
  list(TRANSFORM uses PREPEND mailrail_)
  target_link_libraries(${target} PUBLIC mailrail_flags ${uses} ${module_LIBRARIES})
  if(module_TESTS)
    set(long)
    if(module_LONG)
      set(long LONG)
    endif()
    mailrail_test(NAME ${module_NAME}_test ${long} USES ${module_NAME} ${module_TEST_USES} SOURCES ${module_TESTS})
  endif()
  if(module_THREADS)
    mailrail_label(${module_NAME}_test unit threads)
  endif()
endfunction()

# mailrail_test(NAME engine_test USES engine SOURCES ...): a GoogleTest binary, run by ctest. A test of more than a minute, here or
# under a sanitizer, has its seconds as its property COST: ctest begins with the longest. LONG: it computes more than a few seconds.
function(mailrail_test)
  cmake_parse_arguments(test "LONG" "NAME" "USES;LIBRARIES;SOURCES" ${ARGN})
  list(TRANSFORM test_USES PREPEND mailrail_)
  add_executable(${test_NAME} ${test_SOURCES})
  target_link_libraries(${test_NAME} PRIVATE ${test_USES} ${test_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  # To optimise what a sanitizer has put in takes longer than to run most tests.
  if(CMAKE_BUILD_TYPE MATCHES "^(Asan|Tsan)$" AND NOT test_LONG)
    target_compile_options(${test_NAME} PRIVATE -O0)
  endif()
  add_test(NAME ${test_NAME} COMMAND ${test_NAME} --gtest_brief=1)
  mailrail_label(${test_NAME} unit)
endfunction()

# mailrail_label(engine_test unit threads): by which labels ctest finds the test that is named after its binary.
function(mailrail_label target)
  set_tests_properties(${target} PROPERTIES LABELS "${ARGN}")
  add_dependencies(unit_and_simulation ${target})
  if(threads IN_LIST ARGN)
    add_dependencies(threads ${target})
  endif()
endfunction()
