# Run by embed.cmake: SOURCE's text as a C++ constant NAME in OUTPUT. As hex, since CMake's strings would touch brackets and semicolons.
file(READ ${SOURCE} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," values "${hex}")
file(WRITE ${OUTPUT} "// Made from a file at build time.
#include <array>
#include <string_view>

namespace bizcomms::embedded {
namespace {
constexpr std::array<char, ${bytes} + 1> k_text{
${values}
'\\0'};
}  // namespace
extern const std::string_view ${NAME};
const std::string_view ${NAME}(k_text.data(), ${bytes});
}  // namespace bizcomms::embedded
")
