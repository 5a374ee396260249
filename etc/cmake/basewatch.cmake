# Build helpers: one call a folder, so that a folder's CMakeLists.txt is its list of files.

add_library(bw_options INTERFACE)
target_compile_definitions(bw_options INTERFACE _GNU_SOURCE BW_VERSION="${PROJECT_VERSION}")
target_compile_options(bw_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
  -fno-omit-frame-pointer $<$<BOOL:${BW_WERROR}>:-Werror>)
target_link_options(bw_options INTERFACE -Wl,--as-needed)
if(BW_SANITIZE)
  # Assertions hold in tests, whatever the build type.
  target_compile_options(bw_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -UNDEBUG)
  target_link_options(bw_options INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(bw_options INTERFACE BW_SANITIZED)
endif()

# bw_layer(name SOURCES ... LINKS ...): the static library bw_<name> of one layer.
function(bw_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(bw_${name} STATIC ${ARG_SOURCES})
  target_include_directories(bw_${name} PUBLIC ${PROJECT_SOURCE_DIR}/daemon)
  target_compile_options(bw_${name} PRIVATE -Wconversion)
  target_link_libraries(bw_${name} PUBLIC bw_options ${ARG_LINKS})
endfunction()

# bw_program(name SOURCES ... LINKS ... [DESTINATION dir]): an executable in <build>/bin, installed.
function(bw_program name)
  cmake_parse_arguments(ARG "" "DESTINATION" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_DESTINATION)
    set(ARG_DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/daemon)
  target_compile_options(${name} PRIVATE -Wconversion)
  target_link_libraries(${name} PRIVATE bw_options ${ARG_LINKS})
  install(TARGETS ${name} RUNTIME DESTINATION ${ARG_DESTINATION})
endfunction()

# bw_embed(target symbol file...): link the files into target as `const struct bw_embedded symbol[]`,
# ended by a row whose name is NULL (base/embedded.h).
function(bw_embed target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${ARGN}"
            -P ${PROJECT_SOURCE_DIR}/etc/cmake/embed.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/etc/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# bw_test(name layer...): tests/unit/test_<name>.c as one ctest, linked to the layers named.
function(bw_test name)
  list(TRANSFORM ARGN PREPEND bw_ OUTPUT_VARIABLE layers)
  add_executable(test_${name} test_${name}.c)
  target_link_libraries(test_${name} PRIVATE bw_options ${layers} bw_support PkgConfig::CRITERION)
  add_test(NAME ${name} COMMAND test_${name} --jobs=1)
  bw_test_environment(${name})
endfunction()

# A leak makes Criterion's child exit non-zero without failing the test, unless it aborts.
function(bw_test_environment name)
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "ASAN_OPTIONS=abort_on_error=1;UBSAN_OPTIONS=print_stacktrace=1;BW_BIN=${CMAKE_BINARY_DIR}/bin;BW_SOURCE=${PROJECT_SOURCE_DIR}")
endfunction()
