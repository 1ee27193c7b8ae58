"""What BizComms needs of AWS, made at the endpoint of AWS_ENDPOINT_URL: queues with their dead letters, topic, table and secrets.

Run by compose.yaml, in moto's image. What is there already stays.
"""

import json
import os

import boto3

RECEIVES_MAX = 3  # --queue-receives-max, and then a message is a dead letter
VISIBILITY = 30  # seconds; --queue-visibility
RETENTION = 14 * 24 * 3600


def create_queue(sqs, name, **attributes):
    attributes = {"MessageRetentionPeriod": str(RETENTION), "VisibilityTimeout": str(VISIBILITY), **attributes}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def create_lane(sqs, sns, topic, lane):
    dead = create_queue(sqs, f"bizcomms-{lane}-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": RECEIVES_MAX})
    queue = create_queue(sqs, f"bizcomms-{lane}", RedrivePolicy=redrive)
    filtered = {"FilterPolicy": json.dumps({"lane": [lane]}), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=filtered)


def create_table(dynamodb, name):
    if name in dynamodb.list_tables()["TableNames"]:
        return
    keys = {"pk": "S", "sk": "S", "waking": "S", "wake_at": "N"}
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "waking",
                "KeySchema": [{"AttributeName": "waking", "KeyType": "HASH"}, {"AttributeName": "wake_at", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})


def create_secret(secrets, name, content):
    try:
        secrets.create_secret(Name=name, SecretString=json.dumps(content))
    except secrets.exceptions.ResourceExistsException:
        pass


def main():
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    topic = sns.create_topic(Name="bizcomms")["TopicArn"]
    for lane in ("standard", "urgent"):
        create_lane(sqs, sns, topic, lane)
    create_table(boto3.client("dynamodb"), "bizcomms")
    key, poller_key = os.environ["DEMO_API_KEY"], os.urandom(24).hex()
    secrets = boto3.client("secretsmanager")
    create_secret(secrets, "bizcomms/twilio", {"auth_token": os.urandom(16).hex()})
    create_secret(secrets, "bizcomms/api", {"keys": f"demo={key},poller={poller_key}", "poller": poller_key})
    print("AWS has what BizComms needs.")


main()
