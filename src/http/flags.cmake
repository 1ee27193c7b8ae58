# g++ warns about Asio's own code under the thread sanitizer: -Wtsan for its fences, -Wmismatched-new-delete for its coroutine frames.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND BIZCOMMS_SANITIZE MATCHES "thread")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/http/connection.cpp ${CMAKE_SOURCE_DIR}/src/http/front.cpp PROPERTIES COMPILE_OPTIONS
    "-Wno-tsan;-Wno-mismatched-new-delete")
endif()
