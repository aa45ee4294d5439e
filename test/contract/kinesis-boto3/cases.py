"""Kinesis as boto3 programs use it, over HTTP/1.1 and JSON.

Run by boto3.test.ts as `python3 cases.py ENDPOINT`. Prints one JSON line per case: {"name", "error"}.
Cases share nothing but the endpoint; each makes streams of its own.
"""
import json
import sys
import threading
import time
import traceback
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

PATIENCE_SECONDS = 15
ENDPOINT = sys.argv[1]
TOP = str(2 ** 128 - 1)

kinesis = boto3.client(
    'kinesis', endpoint_url=ENDPOINT, region_name='us-east-1',
    aws_access_key_id='test', aws_secret_access_key='test', config=Config(retries={'max_attempts': 1}))


def stream(shards=1):
    name = 'b-' + uuid.uuid4().hex[:12]
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    kinesis.get_waiter('stream_exists').wait(StreamName=name, WaiterConfig={'Delay': 1, 'MaxAttempts': 10})
    return name


def put(name, data, key='k', **options):
    return kinesis.put_record(StreamName=name, Data=data, PartitionKey=key, **options)


def iterator(name, shard='shardId-000000000000', kind='TRIM_HORIZON', **options):
    return kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard, ShardIteratorType=kind, **options)['ShardIterator']


def drain(name, shard='shardId-000000000000', kind='TRIM_HORIZON', **options):
    """Everything in a shard, and the last answer."""
    token, records, end = iterator(name, shard, kind, **options), [], time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        answer = kinesis.get_records(ShardIterator=token)
        records += answer['Records']
        token = answer.get('NextShardIterator')
        if token is None or not answer['Records']:
            return records, answer
    raise AssertionError('the shard has no end')


def fails(code, call):
    try:
        call()
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
        return error.response['Error']['Message']
    raise AssertionError('no ' + code)


def consumer(name):
    arn = kinesis.describe_stream_summary(StreamName=name)['StreamDescriptionSummary']['StreamARN']
    return kinesis.register_stream_consumer(StreamARN=arn, ConsumerName='c')['Consumer']['ConsumerARN']


def test_records_come_back_as_they_were_put():
    name = stream()
    data = [b'', b'hello', bytes(range(256)), b'x' * 1048575]
    keys = ['k', 'kä€😀', '"\\\n', 'k']
    numbers = [put(name, d, k)['SequenceNumber'] for d, k in zip(data, keys)]
    records, answer = drain(name)
    assert [r['Data'] for r in records] == data
    assert [r['PartitionKey'] for r in records] == keys
    assert [r['SequenceNumber'] for r in records] == numbers
    assert sorted(numbers, key=int) == numbers and len(set(numbers)) == 4
    assert all(abs(r['ApproximateArrivalTimestamp'].timestamp() - time.time()) < 60 for r in records)
    assert 'EncryptionType' not in records[0]
    assert answer['MillisBehindLatest'] == 0


def test_put_records_in_the_order_of_the_request():
    name = stream(4)
    entries = [{'Data': str(i).encode(), 'PartitionKey': 'p%d' % (i % 7)} for i in range(500)]
    answer = kinesis.put_records(StreamName=name, Records=entries)
    assert answer['FailedRecordCount'] == 0 and len(answer['Records']) == 500
    seen = {}
    for shard in range(4):
        for record in drain(name, 'shardId-%012d' % shard)[0]:
            seen.setdefault(record['PartitionKey'], []).append(int(record['Data']))
    assert seen == {'p%d' % k: list(range(k, 500, 7)) for k in range(7)}


def test_explicit_hash_keys():
    name = stream(2)
    assert put(name, b'a', ExplicitHashKey='0')['ShardId'] == 'shardId-000000000000'
    assert put(name, b'b', ExplicitHashKey=TOP)['ShardId'] == 'shardId-000000000001'
    text = fails('InvalidArgumentException', lambda: put(name, b'', ExplicitHashKey=str(2 ** 128)))
    assert text.startswith('Invalid ExplicitHashKey.'), text


def test_iterators_of_every_type():
    name = stream()
    numbers = [put(name, str(i).encode())['SequenceNumber'] for i in range(3)]

    def texts(kind, **options):
        return b''.join(r['Data'] for r in drain(name, kind=kind, **options)[0])
    assert texts('TRIM_HORIZON') == b'012'
    assert texts('LATEST') == b''
    assert texts('AT_SEQUENCE_NUMBER', StartingSequenceNumber=numbers[1]) == b'12'
    assert texts('AFTER_SEQUENCE_NUMBER', StartingSequenceNumber=numbers[1]) == b'2'
    assert texts('AT_TIMESTAMP', Timestamp=time.time() - 3600) == b'012'
    fails('InvalidArgumentException', lambda: iterator(name, kind='AT_TIMESTAMP', Timestamp=time.time() + 60))
    fails('InvalidArgumentException', lambda: kinesis.get_records(ShardIterator='junk'))


def test_a_key_in_order_across_a_split_and_a_merge():
    name = stream()
    put(name, b'0')
    kinesis.split_shard(StreamName=name, ShardToSplit='shardId-000000000000', NewStartingHashKey=str(2 ** 127))
    put(name, b'1')
    kinesis.merge_shards(StreamName=name, ShardToMerge='shardId-000000000001',
                         AdjacentShardToMerge='shardId-000000000002')
    put(name, b'2')
    texts, todo, done = b'', ['shardId-000000000000'], set()
    while todo:
        shard = todo.pop(0)
        if shard in done:
            continue
        done.add(shard)
        records, answer = drain(name, shard)
        texts += b''.join(r['Data'] for r in records)
        todo += [child['ShardId'] for child in answer.get('ChildShards', [])]
        assert ('NextShardIterator' in answer) == ('ChildShards' not in answer), answer
    assert texts == b'012' and len(done) == 4, (texts, done)


def test_a_subscription_gets_what_is_there_and_what_comes():
    name = stream()
    arn = consumer(name)
    put(name, b'0')
    events = kinesis.subscribe_to_shard(
        ConsumerARN=arn, ShardId='shardId-000000000000',
        StartingPosition={'Type': 'TRIM_HORIZON'})['EventStream']
    threading.Timer(0.3, lambda: put(name, b'1')).start()
    texts = b''
    for event in events:
        event = event['SubscribeToShardEvent']
        texts += b''.join(r['Data'] for r in event['Records'])
        assert event['ContinuationSequenceNumber'].startswith('4')
        if len(texts) == 2:
            break
    events.close()
    assert texts == b'01', texts


def test_a_second_subscription_at_once_is_refused():
    name = stream()
    options = {'ConsumerARN': consumer(name), 'ShardId': '0', 'StartingPosition': {'Type': 'LATEST'}}
    events = kinesis.subscribe_to_shard(**options)['EventStream']
    fails('ResourceInUseException', lambda: kinesis.subscribe_to_shard(**options))
    events.close()


def test_a_subscription_ends_with_its_consumer():
    name = stream()
    arn = consumer(name)
    events = kinesis.subscribe_to_shard(
        ConsumerARN=arn, ShardId='0', StartingPosition={'Type': 'LATEST'})['EventStream']
    threading.Timer(0.3, lambda: kinesis.deregister_stream_consumer(ConsumerARN=arn)).start()
    try:
        for _ in events:
            pass
    except EventStreamError as error:
        assert 'ResourceNotFoundException' in str(error), error
        return
    raise AssertionError('it ended without a word')


def test_a_subscription_of_a_split_shard_ends_with_its_children():
    name = stream()
    put(name, b'0')
    kinesis.split_shard(StreamName=name, ShardToSplit='shardId-000000000000', NewStartingHashKey='5')
    events = [e['SubscribeToShardEvent'] for e in kinesis.subscribe_to_shard(
        ConsumerARN=consumer(name), ShardId='0', StartingPosition={'Type': 'TRIM_HORIZON'})['EventStream']]
    assert b''.join(r['Data'] for e in events for r in e['Records']) == b'0'
    assert [c['ShardId'] for c in events[-1]['ChildShards']] == ['shardId-000000000001', 'shardId-000000000002']


def run(name, case):
    try:
        case()
        print(json.dumps({'name': name}), flush=True)
    except Exception:
        print(json.dumps({'name': name, 'error': traceback.format_exc()}), flush=True)


for title, case in sorted(globals().copy().items()):
    if title.startswith('test_'):
        run(title[len('test_'):], case)
