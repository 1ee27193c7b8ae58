# Writes the source of store::migrations(). Run at build time: cmake -DSOURCE=<folder> -DOUTPUT=<file> -P embed_migrations.cmake
file(GLOB files ${SOURCE}/*.sql)
list(SORT files)
set(entries "")
foreach(file ${files})
  get_filename_component(stem ${file} NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_(.+)$")
    message(FATAL_ERROR "${file}: migrations are named 0001_what_it_does.sql")
  endif()
  set(number ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" number ${number})
  file(READ ${file} text)
  string(APPEND entries "    {.version = ${number}, .name = \"${name}\", .sql = R\"migration(${text})migration\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from migrations/*.sql.
#include <array>

#include \"bizcomms/store/migrations.hpp\"

namespace bizcomms::store {

std::span<const db::Migration> migrations() {
  static constexpr auto k_all = std::to_array<db::Migration>({
${entries}  });
  return k_all;
}

}  // namespace bizcomms::store
")
