// The private cluster: made, found again, and plain about what is wrong.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bizcomms/db/private_cluster.hpp"
#include "support/postgres.hpp"

namespace bizcomms {
namespace {

class Cluster : public testing::Test {
protected:
  Cluster() {
    std::string name = (std::filesystem::temp_directory_path() / "bizcomms-cluster-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    chmod(name.c_str(), 0755);
    m_folder = name;
  }
  ~Cluster() override { std::filesystem::remove_all(m_folder); }
  [[nodiscard]] Result<std::unique_ptr<db::PrivateCluster>> start(const std::string& below = "data") const {
    return db::PrivateCluster::start({.folder = m_folder / below, .parameters = {{"fsync", "off"}}});
  }
  std::filesystem::path m_folder;
};

TEST_F(Cluster, FindsItsDataAgain) {
  {
    const auto first = start();
    ASSERT_TRUE(first) << first.error().message;
    test::Postgres::run((*first)->url(), "CREATE TABLE kept (x int)");
    (*first)->stop();
    EXPECT_FALSE((*first)->running());
  }
  const auto second = start();
  ASSERT_TRUE(second) << second.error().message;
  test::Postgres::run((*second)->url(), "SELECT * FROM kept");
}

TEST_F(Cluster, OpensNoPort) {
  const auto cluster = start();
  ASSERT_TRUE(cluster);
  auto connection = db::Connection::open({.url = Secret((*cluster)->url())});
  ASSERT_TRUE(connection);
  constexpr db::Statement k_addresses{.sql = "SELECT current_setting('listen_addresses')"};
  EXPECT_EQ((*(*connection)->run(k_addresses))[0].take<std::string>(), "");
}

TEST_F(Cluster, OneFolderServesOneProgram) {
  const auto first = start();
  ASSERT_TRUE(first);
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find("Another bizcomms uses the data folder"), std::string::npos);
}

TEST_F(Cluster, AStalePidFileIsNoHindrance) {
  { ASSERT_TRUE(start()); }
  std::ofstream(m_folder / "data/postgres/postmaster.pid") << getpid() << "\n/elsewhere\n";  // a living process, but no server
  const auto again = start();
  EXPECT_TRUE(again) << again.error().message;
}

TEST_F(Cluster, AFolderThatIsNoClusterIsLeftAlone) {
  std::filesystem::create_directories(m_folder / "data/postgres");
  std::ofstream(m_folder / "data/postgres/precious.txt") << "mine";
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::misconfigured);
  EXPECT_NE(refused.error().message.find("is not a whole PostgreSQL cluster"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(m_folder / "data/postgres/precious.txt"));
}

TEST_F(Cluster, ABrokenClusterSaysSo) {
  { ASSERT_TRUE(start()); }
  std::filesystem::remove(m_folder / "data/postgres/global/pg_control");
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("does not start"), std::string::npos) << refused.error().message;
}

TEST_F(Cluster, APathTooLongForASocketIsRefused) {
  const auto refused = start(std::string(100, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("too long"), std::string::npos);
}

TEST_F(Cluster, AFolderThatPostgresCannotReachIsRefused) {
  if (geteuid() != 0) { GTEST_SKIP() << "only root becomes another user"; }
  std::filesystem::create_directories(m_folder / "closed");
  chmod((m_folder / "closed").c_str(), 0700);
  const auto refused = start("closed/data");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot get into"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace bizcomms
