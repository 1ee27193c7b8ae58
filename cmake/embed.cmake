# embed_text(TARGET NAME FILE): the file's text as `extern const std::string_view NAME` in namespace bizcomms::embedded, made anew when
# the file changes.
function(embed_text target name file)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(generated ${CMAKE_BINARY_DIR}/generated/embedded_${name}.cpp)
  add_custom_command(OUTPUT ${generated} DEPENDS ${source} ${CMAKE_SOURCE_DIR}/cmake/embed_one.cmake
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DSOURCE=${source} -DOUTPUT=${generated} -P ${CMAKE_SOURCE_DIR}/cmake/embed_one.cmake
    COMMENT "Embedding ${file}" VERBATIM)
  set_source_files_properties(${generated} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${generated})
endfunction()
