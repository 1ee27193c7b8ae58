# One interface target carries the flags of all our code.
add_library(bizcomms_options INTERFACE)
target_include_directories(bizcomms_options INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(bizcomms_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
if(BIZCOMMS_WERROR)
  target_compile_options(bizcomms_options INTERFACE -Werror)
endif()

if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # to which its sources look like headers
  target_compile_options(bizcomms_options INTERFACE -Wno-subobject-linkage)
endif()

if(BIZCOMMS_SANITIZE)
  target_compile_options(bizcomms_options INTERFACE -fsanitize=${BIZCOMMS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # seen in <regex> once that is instrumented
  target_link_options(bizcomms_options INTERFACE -fsanitize=${BIZCOMMS_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(bizcomms_options INTERFACE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  target_link_options(bizcomms_options INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
