"""EventBridge as boto3 programs use it.

Run by boto3.test.ts as `python3 cases.py ENDPOINT`. Prints one JSON line per case: {"name", "error"}.
Cases share nothing but the endpoint; each makes buses, rules and queues of its own.
"""
import datetime
import json
import sys
import time
import traceback
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PATIENCE_SECONDS = 15
ENDPOINT = sys.argv[1]


def client(service):
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name='us-east-1', aws_access_key_id='test',
        aws_secret_access_key='test', config=Config(retries={'max_attempts': 1}))


events = client('events')
sqs = client('sqs')


def fresh():
    return 'b-' + uuid.uuid4().hex[:12]


def bus():
    name = fresh()
    return name, events.create_event_bus(Name=name)['EventBusArn']


def queue():
    url = sqs.create_queue(QueueName=fresh())['QueueUrl']
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
    return url, arn


def take(url, count):
    bodies, end = [], time.monotonic() + PATIENCE_SECONDS
    while len(bodies) < count and time.monotonic() < end:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)
        for message in answer.get('Messages', []):
            bodies.append(json.loads(message['Body']))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
    assert len(bodies) == count, bodies
    return bodies


def fails(code, call):
    try:
        call()
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
        return error.response['Error']['Message']
    raise AssertionError('no ' + code)


def test_an_event_comes_through_a_rule():
    name, _ = bus()
    url, arn = queue()
    pattern = json.dumps({'source': ['shop'], 'detail': {'price': [{'numeric': ['>', 10]}]}})
    events.put_rule(Name='r', EventBusName=name, EventPattern=pattern)
    answer = events.put_targets(Rule='r', EventBusName=name, Targets=[{'Id': 't', 'Arn': arn}])
    assert answer['FailedEntryCount'] == 0, answer
    at = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    entries = [{'Source': 'shop', 'DetailType': 'sold', 'EventBusName': name, 'Time': at,
                'Detail': json.dumps({'price': price})} for price in (5, 15)]
    put = events.put_events(Entries=entries)
    assert put['FailedEntryCount'] == 0, put
    body, = take(url, 1)
    assert body['id'] == put['Entries'][1]['EventId'], body
    assert body['time'] == '2026-01-02T03:04:05Z' and body['detail'] == {'price': 15}, body


def test_paginators_list_rules_and_buses():
    name, _ = bus()
    for i in range(5):
        events.put_rule(Name='r%d' % i, EventBusName=name, ScheduleExpression='', EventPattern='{"a":[1]}')
    pages = events.get_paginator('list_rules').paginate(EventBusName=name, PaginationConfig={'PageSize': 2})
    assert [rule['Name'] for page in pages for rule in page['Rules']] == ['r%d' % i for i in range(5)]


def test_errors_have_their_codes():
    fails('ResourceNotFoundException', lambda: events.describe_event_bus(Name='none-such'))
    fails('ResourceNotFoundException', lambda: events.list_targets_by_rule(Rule='none-such'))
    fails('InvalidEventPatternException', lambda: events.put_rule(Name='x', EventPattern='{"a":1}'))
    fails('ValidationException', lambda: events.put_rule(Name='x'))
    fails('ResourceAlreadyExistsException', lambda: events.create_event_bus(Name='default'))


def test_connection_and_destination():
    name = fresh()
    made = events.create_connection(
        Name=name, AuthorizationType='API_KEY',
        AuthParameters={'ApiKeyAuthParameters': {'ApiKeyName': 'k', 'ApiKeyValue': 'v'}})
    destination = events.create_api_destination(
        Name=name, ConnectionArn=made['ConnectionArn'], HttpMethod='POST',
        InvocationEndpoint='https://example.org/*', InvocationRateLimitPerSecond=3)
    assert destination['ApiDestinationState'] == 'ACTIVE', destination
    shown = events.describe_connection(Name=name)
    assert shown['AuthParameters'] == {'ApiKeyAuthParameters': {'ApiKeyName': 'k'}}, shown


def test_archive_and_replay():
    name, bus_arn = bus()
    url, arn = queue()
    events.put_rule(Name='r', EventBusName=name, EventPattern='{"source":["s"]}')
    events.put_targets(Rule='r', EventBusName=name, Targets=[{'Id': 't', 'Arn': arn}])
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus_arn)['ArchiveArn']
    events.put_events(Entries=[{'Source': 's', 'DetailType': 't', 'Detail': '{}', 'EventBusName': name}])
    take(url, 1)
    end = time.monotonic() + PATIENCE_SECONDS
    while events.describe_archive(ArchiveName=name)['EventCount'] < 1:
        assert time.monotonic() < end, 'nothing is archived'
        time.sleep(0.1)
    now = datetime.datetime.now(datetime.timezone.utc)
    events.start_replay(
        ReplayName=name, EventSourceArn=archive, EventStartTime=now - datetime.timedelta(hours=1),
        EventEndTime=now + datetime.timedelta(hours=1), Destination={'Arn': bus_arn})
    body, = take(url, 1)
    assert body['replay-name'] == name, body


def main():
    for name, case in sorted(globals().items()):
        if not name.startswith('test_'):
            continue
        outcome = {'name': name[len('test_'):]}
        try:
            case()
        except Exception:
            outcome['error'] = traceback.format_exc()
        print(json.dumps(outcome), flush=True)


main()
