# RapidJSON 1.1.0 adds to a null pointer in its empty stack (internal/stack.h), which clang's sanitizer names.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  foreach(source document duplicates object value)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/src/json/${source}.cpp PROPERTIES COMPILE_OPTIONS "-fno-sanitize=pointer-overflow")
  endforeach()
endif()
