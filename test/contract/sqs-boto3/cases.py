"""SQS as boto3 programs use it, over the Query protocol of Debian's boto3 1.26.

Run by boto3.test.ts as `python3 cases.py ENDPOINT`. Prints one JSON line per case: {"name", "error"}.
Cases share nothing but the endpoint; each makes queues of its own.
"""
import json
import sys
import time
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PATIENCE_SECONDS = 15
ENDPOINT = sys.argv[1]


def client(**options):
    options.setdefault('region_name', 'us-east-1')
    return boto3.client(
        'sqs', endpoint_url=ENDPOINT, aws_access_key_id='test', aws_secret_access_key='test',
        config=Config(retries={'max_attempts': 1}), **options)


sqs = client()


def name(suffix=''):
    return 'b-' + uuid.uuid4().hex[:12] + suffix


def queue(suffix='', **attributes):
    return sqs.create_queue(QueueName=name(suffix), Attributes=attributes)['QueueUrl']


def fifo(**attributes):
    return queue('.fifo', FifoQueue='true', ContentBasedDeduplication='true', **attributes)


def arn(url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']


def receive(url, **options):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options).get('Messages', [])


def receive_all(url, count, **options):
    messages, end = [], time.monotonic() + PATIENCE_SECONDS
    while len(messages) < count and time.monotonic() < end:
        messages += receive(url, WaitTimeSeconds=5, **options)
    assert len(messages) == count, (len(messages), count)
    return messages


def counts(url):
    names = ['', 'NotVisible', 'Delayed']
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']
    return [int(shown['ApproximateNumberOfMessages' + end]) for end in names]


def refused(work, code, status=None):
    try:
        work()
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error.response
        assert error.response['Error']['Type'] == 'Sender', error.response
        if status is not None:
            assert error.response['ResponseMetadata']['HTTPStatusCode'] == status, error.response
        return error
    raise AssertionError('not refused with ' + code)


def test_send_receive_delete():
    url = queue()
    body = 'grüße € 😀 "quoted" <&> \r\n\t end'
    sent = sqs.send_message(QueueUrl=url, MessageBody=body)
    [message] = receive_all(url, 1)
    assert message['Body'] == body, message['Body']
    assert message['MessageId'] == sent['MessageId']
    assert message['MD5OfBody'] == sent['MD5OfMessageBody']
    assert 'Attributes' not in message
    assert counts(url) == [0, 1, 0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
    assert counts(url) == [0, 0, 0]
    assert 'Messages' not in sqs.receive_message(QueueUrl=url)


def test_message_attributes():
    url = queue()
    attributes = {
        'text': {'DataType': 'String', 'StringValue': 'v €'},
        'number': {'DataType': 'Number.int', 'StringValue': '42'},
        'blob': {'DataType': 'Binary', 'BinaryValue': b'\x00\xff\r\n'},
    }
    sent = sqs.send_message(QueueUrl=url, MessageBody='x', MessageAttributes=attributes)
    [message] = receive_all(url, 1, MessageAttributeNames=['All'], AttributeNames=['All'])
    assert message['MessageAttributes'] == attributes, message
    assert message['MD5OfMessageAttributes'] == sent['MD5OfMessageAttributes']
    assert message['Attributes']['ApproximateReceiveCount'] == '1'


def test_resource_api():
    resource = boto3.resource('sqs', endpoint_url=ENDPOINT, region_name='us-east-1',
                              aws_access_key_id='test', aws_secret_access_key='test')
    made = resource.create_queue(QueueName=name(), Attributes={'DelaySeconds': '0'})
    found = resource.get_queue_by_name(QueueName=made.url.rsplit('/', 1)[1])
    assert found.url == made.url
    found.send_message(MessageBody='hello')
    [message] = found.receive_messages(WaitTimeSeconds=5)
    assert message.body == 'hello'
    message.change_visibility(VisibilityTimeout=0)
    [again] = found.receive_messages(WaitTimeSeconds=5)
    again.delete()
    assert found.attributes['ApproximateNumberOfMessages'] == '0'
    assert made.url in [q.url for q in resource.queues.filter(QueueNamePrefix=made.url.rsplit('/', 1)[1])]


def test_batches():
    url = queue(MaximumMessageSize='1024')
    entries = [{'Id': str(i), 'MessageBody': 'x' * (1025 if i == 3 else 10)} for i in range(10)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert len(sent['Successful']) == 9
    assert [(f['Id'], f['Code'], f['SenderFault']) for f in sent['Failed']] == [('3', 'InvalidParameterValue', True)]
    messages = receive_all(url, 9)
    entries = [{'Id': str(i), 'ReceiptHandle': m['ReceiptHandle'], 'VisibilityTimeout': 600}
               for i, m in enumerate(messages)]
    assert len(sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)['Successful']) == 9
    entries = [{'Id': e['Id'], 'ReceiptHandle': e['ReceiptHandle']} for e in entries]
    assert len(sqs.delete_message_batch(QueueUrl=url, Entries=entries)['Successful']) == 9
    assert counts(url) == [0, 0, 0]


def test_batch_errors():
    url = queue()
    prefix = 'AWS.SimpleQueueService.'
    send = lambda entries: lambda: sqs.send_message_batch(QueueUrl=url, Entries=entries)
    refused(send([]), prefix + 'EmptyBatchRequest')
    refused(send([{'Id': str(i), 'MessageBody': 'x'} for i in range(11)]), prefix + 'TooManyEntriesInBatchRequest')
    refused(send([{'Id': 'a', 'MessageBody': 'x'}] * 2), prefix + 'BatchEntryIdsNotDistinct')
    refused(send([{'Id': 'a b', 'MessageBody': 'x'}]), prefix + 'InvalidBatchEntryId')
    half = 'x' * 600_000
    refused(send([{'Id': 'a', 'MessageBody': half}, {'Id': 'b', 'MessageBody': half}]), prefix + 'BatchRequestTooLong')


def test_errors_as_exceptions():
    missing = refused(lambda: sqs.get_queue_url(QueueName=name()), 'AWS.SimpleQueueService.NonExistentQueue', 400)
    assert isinstance(missing, sqs.exceptions.QueueDoesNotExist), type(missing)
    assert missing.response['Error']['Message'] == 'The specified queue does not exist for this wsdl version.'
    url = queue()
    garbage = refused(lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle='garbage'), 'ReceiptHandleIsInvalid', 404)
    assert isinstance(garbage, sqs.exceptions.ReceiptHandleIsInvalid), type(garbage)
    refused(lambda: sqs.send_message(QueueUrl=url, MessageBody=''), 'MissingParameter', 400)
    refused(lambda: sqs.send_message(QueueUrl=url, MessageBody='\x00'), 'InvalidMessageContents', 400)
    refused(lambda: sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=11), 'InvalidParameterValue', 400)
    refused(lambda: sqs.create_queue(QueueName='a.b'), 'InvalidParameterValue', 400)
    refused(lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={'Foobar': '1'}), 'InvalidAttributeName', 400)
    differs = refused(lambda: sqs.create_queue(QueueName=url.rsplit('/', 1)[1], Attributes={'DelaySeconds': '1'}),
                      'QueueAlreadyExists', 400)
    assert isinstance(differs, sqs.exceptions.QueueNameExists), type(differs)


def test_attributes():
    dead = queue()
    policy = json.dumps({'Version': '2012-10-17', 'Statement': []})
    redrive = json.dumps({'deadLetterTargetArn': arn(dead), 'maxReceiveCount': 3})
    url = queue(DelaySeconds='1', VisibilityTimeout='2', RedrivePolicy=redrive)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={'Policy': policy, 'DelaySeconds': '0'})
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']
    assert shown['Policy'] == policy
    assert shown['RedrivePolicy'] == redrive
    assert (shown['DelaySeconds'], shown['VisibilityTimeout']) == ('0', '2')
    assert 'Attributes' not in sqs.get_queue_attributes(QueueUrl=url)
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)['queueUrls'] == [url]


def test_paging():
    prefix = name()
    urls = sorted(sqs.create_queue(QueueName=prefix + str(i))['QueueUrl'] for i in range(5))
    pages = list(sqs.get_paginator('list_queues').paginate(QueueNamePrefix=prefix, PaginationConfig={'PageSize': 2}))
    assert [len(page['QueueUrls']) for page in pages] == [2, 2, 1]
    assert sorted(url for page in pages for url in page['QueueUrls']) == urls


def test_tags():
    url = sqs.create_queue(QueueName=name(), tags={'team': 'a'})['QueueUrl']
    sqs.tag_queue(QueueUrl=url, Tags={'b': 'c d', 'e': ''})
    assert sqs.list_queue_tags(QueueUrl=url)['Tags'] == {'team': 'a', 'b': 'c d', 'e': ''}
    sqs.untag_queue(QueueUrl=url, TagKeys=['team', 'e'])
    assert sqs.list_queue_tags(QueueUrl=url)['Tags'] == {'b': 'c d'}
    sqs.untag_queue(QueueUrl=url, TagKeys=['b'])
    assert 'Tags' not in sqs.list_queue_tags(QueueUrl=url)


def test_permissions():
    url = queue()
    sqs.add_permission(QueueUrl=url, Label='l', AWSAccountIds=['111111111111', '222222222222'],
                       Actions=['SendMessage', 'ReceiveMessage'])
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['Policy'])['Attributes']['Policy']
    [statement] = json.loads(shown)['Statement']
    assert statement['Action'] == ['SQS:SendMessage', 'SQS:ReceiveMessage'], statement
    sqs.remove_permission(QueueUrl=url, Label='l')
    refused(lambda: sqs.remove_permission(QueueUrl=url, Label='l'), 'InvalidParameterValue')


def test_fifo():
    url = fifo(VisibilityTimeout='600')
    send = lambda body, group: sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    first = send('a1', 'a')
    assert send('a1', 'a')['MessageId'] == first['MessageId']
    second = send('a2', 'a')
    assert second['SequenceNumber'] > first['SequenceNumber']
    send('b1', 'b')
    messages = receive_all(url, 3, AttributeNames=['All'])
    assert [m['Body'] for m in messages] == ['a1', 'a2', 'b1']
    assert messages[0]['Attributes']['MessageGroupId'] == 'a'
    assert messages[0]['Attributes']['SequenceNumber'] == first['SequenceNumber']
    send('a3', 'a')
    assert receive(url) == []
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
    assert [m['Body'] for m in receive(url)] == ['a3']
    refused(lambda: sqs.send_message(QueueUrl=url, MessageBody='x'), 'MissingParameter')


def test_dead_letters():
    dead = queue()
    policy = json.dumps({'deadLetterTargetArn': arn(dead), 'maxReceiveCount': '1'})
    url = queue(VisibilityTimeout='0', RedrivePolicy=policy)
    sent = sqs.send_message(QueueUrl=url, MessageBody='x')
    assert len(receive(url)) == 1
    assert receive(url) == []
    [message] = receive_all(dead, 1)
    assert message['MessageId'] == sent['MessageId']


def test_long_polling():
    url = queue()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: receive(url, WaitTimeSeconds=15))
        receive(url)
        sqs.send_message(QueueUrl=url, MessageBody='x')
        assert [m['Body'] for m in waiting.result(PATIENCE_SECONDS)] == ['x']
    assert receive(url, WaitTimeSeconds=1) == []


def test_delay_and_visibility():
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody='x', DelaySeconds=1)
    assert counts(url) == [0, 0, 1]
    [message] = receive_all(url, 1, VisibilityTimeout=600)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'], VisibilityTimeout=1)
    receive_all(url, 1)


def test_largest_message():
    url = queue()
    body = '€' * 349_525
    sqs.send_message(QueueUrl=url, MessageBody=body)
    assert receive_all(url, 1)[0]['Body'] == body
    refused(lambda: sqs.send_message(QueueUrl=url, MessageBody=body + 'xx'), 'InvalidParameterValue')


def test_purge_and_delete():
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody='x')
    sqs.purge_queue(QueueUrl=url)
    assert counts(url) == [0, 0, 0]
    sqs.delete_queue(QueueUrl=url)
    refused(lambda: sqs.send_message(QueueUrl=url, MessageBody='x'), 'AWS.SimpleQueueService.NonExistentQueue')


def test_url_forms_and_regions():
    url = queue()
    short = url.rsplit('/', 1)[1]
    for form in [short, 'https://queue.amazonaws.com/000000000000/' + short,
                 'https://eu-west-1.queue.amazonaws.com/000000000000/' + short]:
        sqs.send_message(QueueUrl=form, MessageBody='x')
    assert counts(url)[0] == 3
    other = client(region_name='eu-west-1')
    refused(lambda: other.get_queue_url(QueueName=short), 'AWS.SimpleQueueService.NonExistentQueue')


for case, run in [(key[5:], value) for key, value in list(globals().items()) if key.startswith('test_')]:
    try:
        run()
        print(json.dumps({'name': case}), flush=True)
    except Exception:
        print(json.dumps({'name': case, 'error': traceback.format_exc()}), flush=True)
