#include "system/on_ground.hpp"

namespace bizcomms::test {

namespace {

void skip(const std::string& why) { GTEST_SKIP() << why; }

}  // namespace

std::string name_of_ground(const testing::TestParamInfo<Ground>& tested) { return tested.param == Ground::aws ? "Aws" : "Postgres"; }

OnGround::OnGround() {
  if (!on_aws()) { return; }
  if (const auto why = Cloud::missing(); why.empty()) {
    cloud = std::make_unique<Cloud>();
  } else {
    skip(why);
  }
}

Environment OnGround::on_ground(Environment options) const {
  if (!cloud) { return options; }
  options.insert(cloud->options().begin(), cloud->options().end());
  options.insert({"BIZCOMMS_SQS_POLL", "1s"});  // so soon a worker that stops is done waiting
  return options;
}

}  // namespace bizcomms::test
