# names_its_commit(TARGET): compiles in the git commit, looked up at every build.
function(names_its_commit target)
  set(generated ${CMAKE_BINARY_DIR}/generated/commit.cpp)
  add_custom_target(bizcomms_commit BYPRODUCTS ${generated}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${generated} -P ${CMAKE_SOURCE_DIR}/cmake/commit.cmake
    COMMENT "Looking up the git commit")
  add_dependencies(${target} bizcomms_commit)
  set_source_files_properties(${generated} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${generated})
  target_compile_definitions(${target} PRIVATE BIZCOMMS_VERSION="${PROJECT_VERSION}")
endfunction()
