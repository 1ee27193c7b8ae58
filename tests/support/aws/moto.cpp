#include "support/aws/moto.hpp"

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::test {

Moto::Moto()
    : m_emulator({(emulator_folder("moto") / "bin" / "python").string(), "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"}),
      m_queues(url()),
      m_client(url()) {}

Moto& Moto::shared() {
  static Moto moto;
  return moto;
}

std::string Moto::create_topic(const std::string& name) {
  return element_of(body_of(m_client.form("sns", {{"Action", "CreateTopic"}, {"Name", name}})), "TopicArn");
}

void Moto::subscribe(const std::string& topic_arn, const Queue& queue, const std::string& filter_policy, bool raw) {
  static_cast<void>(body_of(m_client.form("sns", {{"Action", "Subscribe"},
                                                  {"TopicArn", topic_arn},
                                                  {"Protocol", "sqs"},
                                                  {"Endpoint", queue.arn},
                                                  {"Attributes.entry.1.key", "FilterPolicy"},
                                                  {"Attributes.entry.1.value", filter_policy},
                                                  {"Attributes.entry.2.key", "RawMessageDelivery"},
                                                  {"Attributes.entry.2.value", raw ? "true" : "false"}})));
}

std::string Moto::secrets(const std::string& operation, const std::string& body) {
  return body_of(m_client.json("secretsmanager", "secretsmanager." + operation, body));
}

void Moto::create_secret(const std::string& name, const std::string& value) {
  json::Writer writer;
  writer.begin_object().field("Name", name).field("SecretString", value).field("ClientRequestToken", std::string(32, '0')).end_object();
  static_cast<void>(secrets("CreateSecret", writer.take()));
}

std::string Moto::put_secret(const std::string& name, const std::string& value) {
  json::Writer writer;
  writer.begin_object().field("SecretId", name).field("SecretString", value).end_object();
  const auto put = json::Document::parse(secrets("PutSecretValue", writer.take()));
  return put ? put->root()["VersionId"].as_string().value_or("") : "";
}

}  // namespace bizcomms::test
