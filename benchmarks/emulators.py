"""ElasticMQ in SQS's place and DynamoDB Local in DynamoDB's, each on a free port of loopback; what a test's cell has (tests/support/aws),
but for the topic: events go straight to their queues."""
import http.client
import json
import re
import subprocess
import tempfile
import time

from roles import HERE, Failed

INSTALLED = HERE.parent / "build" / "emulators"
REGION = "eu-west-1"
START_LIMIT_S = 60
RECEIVES_MAX = 3  # the product's default
TABLE = "deliveries"


def need_emulators():
    for name in ("elasticmq", "dynamodb_local"):
        if not (INSTALLED / name / "pinned").exists():
            raise Failed(f"{name} is missing; scripts/install_emulators puts it into {INSTALLED}")


class Emulator:
    """A small JVM that prints 127.0.0.1 and its port once it listens."""

    def __init__(self, name, target, arguments):
        self.target = target
        jars = INSTALLED / name / "lib"
        self.log = tempfile.NamedTemporaryFile("r", prefix=f"bench-{name}-", suffix=".log")
        command = ["setpriv", "--pdeathsig", "KILL", "java", "-Xmx512m", "-XX:+UseSerialGC", "-Djava.net.preferIPv4Stack=true",
                   f"-Djava.library.path={jars}", "-cp", f"{jars}/*", *arguments]
        self.process = subprocess.Popen(command, stdout=open(self.log.name, "w", encoding="utf-8"), stderr=subprocess.STDOUT)
        self.port = self._port()

    def _port(self):
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"127\.0\.0\.1:(\d+)", open(self.log.name, encoding="utf-8").read())
            if found:
                return int(found.group(1))
            time.sleep(0.1)
        raise Failed(f"{self.target} does not start: {open(self.log.name, encoding='utf-8').read()[-500:]}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def call(self, operation, body):
        service = "sqs" if self.target.startswith("AmazonSQS") else "dynamodb"
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{self.target}.{operation}",
                   "Authorization": f"AWS4-HMAC-SHA256 Credential=bench/20260101/{REGION}/{service}/aws4_request, "
                                    "SignedHeaders=host, Signature=0"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/", body=json.dumps(body), headers=headers)
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise Failed(f"{operation}: {response.status} {text[:200]}")
        return json.loads(text)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Emulators:
    def __enter__(self):
        need_emulators()
        self.sqs = Emulator("elasticmq", "AmazonSQS",
                            ["-Drest-sqs.bind-hostname=127.0.0.1", "-Drest-sqs.bind-port=0", "-Drest-stats.enabled=false",
                             "-Dnode-address.host=*", f"-Daws.region={REGION}", "org.elasticmq.server.Main"])
        server = HERE.parent / "tests" / "support" / "emulators" / "dynamodb_local" / "server.xml"
        self.dynamodb = Emulator("dynamodb_local", "DynamoDB_20120810",
                                 ["-Dorg.eclipse.jetty.xml.XmlParser.Validating=false",
                                  "org.eclipse.jetty.xml.XmlConfiguration", str(server)])
        self._make_table()
        self.environment = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": REGION,
                            "AWS_ENDPOINT_URL_SQS": self.sqs.url, "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb.url,
                            "BIZCOMMS_QUEUE": "aws", "BIZCOMMS_LEDGER": "aws", "BIZCOMMS_DYNAMODB_TABLE": TABLE,
                            **self._make_lane("standard"), **self._make_lane("urgent")}
        return self

    def __exit__(self, *_):
        self.sqs.stop()
        self.dynamodb.stop()

    def _make_lane(self, lane):
        """A queue with its dead letters, as options."""
        letters = self.sqs.call("CreateQueue", {"QueueName": f"{lane}-dead"})["QueueUrl"]
        arn = self.sqs.call("GetQueueAttributes", {"QueueUrl": letters, "AttributeNames": ["QueueArn"]})["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES_MAX})
        queue = self.sqs.call("CreateQueue", {"QueueName": lane, "Attributes": {"RedrivePolicy": policy}})["QueueUrl"]
        name = f"BIZCOMMS_SQS_{lane.upper()}"
        return {f"{name}_URL": queue, f"{name}_DEAD_LETTERS_URL": letters}

    def _make_table(self):
        types = {"pk": "S", "sk": "S", "waking": "S", "wake_at": "N"}
        keys = lambda hashed, ranged: [{"AttributeName": hashed, "KeyType": "HASH"}, {"AttributeName": ranged, "KeyType": "RANGE"}]
        self.dynamodb.call("CreateTable", {
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys("pk", "sk"),
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
            "GlobalSecondaryIndexes": [{"IndexName": "waking", "KeySchema": keys("waking", "wake_at"),
                                        "Projection": {"ProjectionType": "KEYS_ONLY"}}]})

    def items(self, beginning):
        """Of the table, as JSON: some whose partition begins so."""
        return self.dynamodb.call("Scan", {"TableName": TABLE, "FilterExpression": "begins_with(pk, :b)",
                                           "ExpressionAttributeValues": {":b": {"S": beginning}}})["Items"]

    def empty_table(self):
        self.dynamodb.call("DeleteTable", {"TableName": TABLE})
        self._make_table()
