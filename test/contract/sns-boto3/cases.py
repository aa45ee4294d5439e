"""SNS as boto3 programs use it, with Debian's boto3 1.26.

Run by boto3.test.ts as `python3 cases.py ENDPOINT`. Prints one JSON line per case: {"name", "error"}.
Cases share nothing but the endpoint; each makes topics and queues of its own.
"""
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
OPTIONS = {'endpoint_url': ENDPOINT, 'region_name': 'us-east-1', 'aws_access_key_id': 'test',
           'aws_secret_access_key': 'test'}
ONCE = Config(retries={'max_attempts': 1})

sns = boto3.client('sns', config=ONCE, **OPTIONS)
sqs = boto3.client('sqs', config=ONCE, **OPTIONS)


def name(suffix=''):
    return 'b-' + uuid.uuid4().hex[:12] + suffix


def topic(suffix='', **attributes):
    return sns.create_topic(Name=name(suffix), Attributes=attributes)['TopicArn']


def subscribed(topic_arn, attributes=None, suffix='', **queue):
    url = sqs.create_queue(QueueName=name(suffix), Attributes=queue)['QueueUrl']
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])
    arn = shown['Attributes']['QueueArn']
    made = sns.subscribe(TopicArn=topic_arn, Protocol='sqs', Endpoint=arn, Attributes=attributes or {})
    return url, made['SubscriptionArn']


def receive_all(url, count, **options):
    messages, end = [], time.monotonic() + PATIENCE_SECONDS
    while len(messages) < count and time.monotonic() < end:
        asked = {'MaxNumberOfMessages': 10, 'WaitTimeSeconds': 5, **options}
        messages += sqs.receive_message(QueueUrl=url, **asked).get('Messages', [])
    assert len(messages) == count, (len(messages), count)
    return messages


def refused(work, code, status, text=None):
    try:
        work()
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error.response
        assert error.response['Error']['Type'] == 'Sender', error.response
        assert error.response['ResponseMetadata']['HTTPStatusCode'] == status, error.response
        if text is not None:
            assert error.response['Error']['Message'] == text, error.response
        return error
    raise AssertionError('not refused with ' + code)


def test_publish_to_queue():
    arn = topic()
    url, _ = subscribed(arn)
    sent = sns.publish(TopicArn=arn, Message='grüße € 😀 "quoted" <&>', Subject='s',
                       MessageAttributes={'a': {'DataType': 'Binary', 'BinaryValue': b'\x00\xff'}})
    body = json.loads(receive_all(url, 1)[0]['Body'])
    assert body['MessageId'] == sent['MessageId']
    assert body['Message'] == 'grüße € 😀 "quoted" <&>'
    assert body['Subject'] == 's'
    assert body['MessageAttributes'] == {'a': {'Type': 'Binary', 'Value': 'AP8='}}, body


def test_raw():
    arn = topic()
    url, _ = subscribed(arn, {'RawMessageDelivery': 'true'})
    attributes = {'n': {'DataType': 'Number', 'StringValue': '1'}}
    sns.publish(TopicArn=arn, Message='raw', MessageAttributes=attributes)
    [message] = receive_all(url, 1, MessageAttributeNames=['All'])
    assert message['Body'] == 'raw'
    assert message['MessageAttributes'] == attributes, message


def test_resource_api():
    resource = boto3.resource('sns', **OPTIONS)
    made = resource.create_topic(Name=name())
    url, subscription_arn = subscribed(made.arn)
    assert [each.arn for each in made.subscriptions.all()] == [subscription_arn]
    assert made.attributes['SubscriptionsConfirmed'] == '1'
    made.publish(Message='x')
    receive_all(url, 1)
    assert made.arn in [each.arn for each in resource.topics.all()]
    resource.Subscription(subscription_arn).delete()
    made.delete()


def test_filters():
    arn = topic()
    policy = {'store': ['a', {'anything-but': ['b', 'c']}], 'price': [{'numeric': ['>=', 100]}]}
    url, subscription = subscribed(arn, {'FilterPolicy': json.dumps(policy), 'RawMessageDelivery': 'true'})
    shown = sns.get_subscription_attributes(SubscriptionArn=subscription)['Attributes']
    assert json.loads(shown['FilterPolicy']) == policy
    for text, store, price in [('yes', 'x', '100'), ('no', 'b', '100'), ('no', 'x', '99.9')]:
        sns.publish(TopicArn=arn, Message=text, MessageAttributes={
            'store': {'DataType': 'String', 'StringValue': store},
            'price': {'DataType': 'Number', 'StringValue': price}})
    assert [message['Body'] for message in receive_all(url, 1)] == ['yes']
    refused(lambda: sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName='FilterPolicy', AttributeValue='{"a":[{"is":1}]}'),
        'InvalidParameter', 400)


def test_fifo_to_fifo():
    arn = topic('.fifo', FifoTopic='true', ContentBasedDeduplication='true')
    url, _ = subscribed(arn, {'RawMessageDelivery': 'true'}, '.fifo', FifoQueue='true')
    numbers = [sns.publish(TopicArn=arn, Message=str(i), MessageGroupId='g')['SequenceNumber'] for i in range(3)]
    assert numbers == sorted(numbers)
    sns.publish(TopicArn=arn, Message='0', MessageGroupId='g')
    # Copies arrive after the publish is answered, and a group that is held gives nothing more: each is deleted.
    bodies = []
    while len(bodies) < 3:
        [message] = receive_all(url, 1, MaxNumberOfMessages=1)
        bodies.append(message['Body'])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
    assert bodies == ['0', '1', '2'], bodies


def test_batch():
    arn = topic()
    url, _ = subscribed(arn, {'RawMessageDelivery': 'true'})
    answer = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[
        {'Id': str(i), 'Message': str(i)} for i in range(10)])
    assert [entry['Id'] for entry in answer['Successful']] == [str(i) for i in range(10)]
    assert answer['Failed'] == []
    receive_all(url, 10)
    refused(lambda: sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[]), 'EmptyBatchRequest', 400)


def test_errors():
    missing = topic() + 'x'
    refused(lambda: sns.publish(TopicArn=missing, Message='x'), 'NotFound', 404, 'Topic does not exist')
    assert refused(lambda: sns.publish(TopicArn='x', Message='x'), 'InvalidParameter', 400).response
    refused(lambda: sns.publish(TopicArn=topic(), Message='x', MessageAttributes={
        'a': {'DataType': 'String', 'StringValue': ''}}), 'ParameterValueInvalid', 400)
    try:
        sns.get_topic_attributes(TopicArn=missing)
    except sns.exceptions.NotFoundException:
        return
    raise AssertionError('found')


def test_tags_and_permissions():
    arn = topic()
    sns.tag_resource(ResourceArn=arn, Tags=[{'Key': 'a', 'Value': '1'}])
    assert sns.list_tags_for_resource(ResourceArn=arn)['Tags'] == [{'Key': 'a', 'Value': '1'}]
    sns.untag_resource(ResourceArn=arn, TagKeys=['a'])
    assert sns.list_tags_for_resource(ResourceArn=arn)['Tags'] == []
    sns.add_permission(TopicArn=arn, Label='l', AWSAccountId=['111111111111'], ActionName=['Publish'])
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)['Attributes']['Policy'])
    assert [each['Sid'] for each in policy['Statement']] == ['__default_statement_ID', 'l']
    sns.remove_permission(TopicArn=arn, Label='l')


def test_mobile():
    application = sns.create_platform_application(
        Name=name(), Platform='GCM', Attributes={'PlatformCredential': '{}'})['PlatformApplicationArn']
    endpoint = sns.create_platform_endpoint(PlatformApplicationArn=application, Token='t')['EndpointArn']
    assert sns.get_endpoint_attributes(EndpointArn=endpoint)['Attributes'] == {'Enabled': 'true', 'Token': 't'}
    assert sns.publish(TargetArn=endpoint, Message='x')['MessageId']
    assert sns.publish(PhoneNumber='+15550102', Message='x')['MessageId']
    sns.set_sms_attributes(attributes={'DefaultSMSType': 'Promotional'})
    assert sns.get_sms_attributes(attributes=['DefaultSMSType'])['attributes'] == {'DefaultSMSType': 'Promotional'}
    assert sns.check_if_phone_number_is_opted_out(phoneNumber='+15550102')['isOptedOut'] is False
    sns.opt_in_phone_number(phoneNumber='+15550102')
    sns.create_sms_sandbox_phone_number(PhoneNumber='+15550103')
    sns.verify_sms_sandbox_phone_number(PhoneNumber='+15550103', OneTimePassword='12345')
    sns.delete_sms_sandbox_phone_number(PhoneNumber='+15550103')
    sns.delete_endpoint(EndpointArn=endpoint)
    sns.delete_platform_application(PlatformApplicationArn=application)


for case, run in [(key[5:], value) for key, value in list(globals().items()) if key.startswith('test_')]:
    try:
        run()
        print(json.dumps({'name': case}), flush=True)
    except Exception:
        print(json.dumps({'name': case, 'error': traceback.format_exc()}), flush=True)
