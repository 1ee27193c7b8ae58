#include "bizcomms/alert/opt_word.hpp"

#include <gtest/gtest.h>

#include "support/memory/memory_store.hpp"

namespace bizcomms::alert {
namespace {

class HeedingWords : public testing::Test {
protected:
  [[nodiscard]] bool heeded(const OptWord& word) {
    const auto changed = heed(store, word);
    EXPECT_TRUE(changed);
    return changed && *changed;
  }

  ManualClock clock;
  test::MemoryStore store{clock};
};

TEST_F(HeedingWords, TakesStopAndStartForTheNumberThatWroteThem) {
  EXPECT_TRUE(heeded({.message = "SM1", .from = "+15550001", .word = "STOP"}));
  EXPECT_FALSE(heeded({.message = "SM2", .from = "+15550001", .word = "STOP"})) << "which it knows";
  EXPECT_TRUE(heeded({.message = "SM3", .from = "+15550001", .word = "START", .out = false}));
}

TEST_F(HeedingWords, ChangesNothingForWhoHasNoPhoneNumber) {
  for (const auto* from : {"", "12345", "whatsapp:+15550001"}) {
    EXPECT_FALSE(heeded({.message = "SM1", .from = from, .word = "STOP"})) << from;
  }
}

TEST_F(HeedingWords, SaysWhyAWordCannotBeKept) {
  store.set_down(true);
  const auto changed = heed(store, {.message = "SM1", .from = "+15550001", .word = "STOP"});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace bizcomms::alert
