#include <gtest/gtest.h>

#include <string>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::crypto {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

struct Pair {
  const char* plain;
  const char* encoded;
};

// RFC 4648, section 10.
constexpr Pair k_published[] = {
    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

TEST(Base64, WritesAndReadsThePublishedVectors) {
  for (const Pair& pair : k_published) {
    EXPECT_EQ(to_base64(bytes_of(pair.plain)), pair.encoded);
    EXPECT_EQ(from_base64(pair.encoded), pair.plain);
  }
}

TEST(Base64, RefusesWrongLengthAlphabetAndPadding) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v\n", "Zm 9", "Zm9-", "Zm=v", "Zg==Zg==", "Zm9v="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, RefusesASecondTextForTheSameBytes) {
  EXPECT_EQ(from_base64("Zh=="), std::nullopt);
  EXPECT_EQ(from_base64("Zm9="), std::nullopt);
}

TEST(Base64Url, UsesTheUrlAlphabetWithoutPadding) {
  const std::string bytes = "\xfb\xff\xfe";
  EXPECT_EQ(to_base64url(bytes_of(bytes)), "-__-");
  EXPECT_EQ(to_base64url(bytes_of("f")), "Zg");
  EXPECT_EQ(from_base64url("-__-"), bytes);
  EXPECT_EQ(from_base64url("Zg"), "f");
  for (const char* text : {"Zg==", "+//+", "Z", "Zh"}) { EXPECT_EQ(from_base64url(text), std::nullopt) << text; }
}

TEST(Base64Url, BringsBackEveryByteAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64url(to_base64url(bytes_of(bytes))), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes_of(bytes))), bytes);
  }
}

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(to_hex(bytes_of(std::string("\x00\x7f\xff\xa0", 4))), "007fffa0");
  EXPECT_EQ(from_hex("007FffA0"), std::string("\x00\x7f\xff\xa0", 4));
  for (const char* text : {"0", "0g", "x0", " 0"}) { EXPECT_EQ(from_hex(text), std::nullopt) << text; }
}

}  // namespace
}  // namespace bizcomms::crypto
