// ElasticMQ configurations and the caudal.yaml that comes out of them, read back by the YAML library.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { elasticmqToYaml } from './elasticmq.ts';

const example = `
include classpath("application.conf")

// What is the outside visible address
node-address { protocol = http, host = localhost, port = 9324, context-path = "" }

rest-sqs {
    enabled = true
    bind-port = 9325
    bind-hostname = "0.0.0.0"
    sqs-limits = strict   # or relaxed
}

aws { region = us-west-2
      accountId = 000000000042 }

queues {
    queue1 {
        defaultVisibilityTimeout = 10 seconds
        delay = 5 seconds
        receiveMessageWait = 1500 ms
        deadLettersQueue { name = "queue1-dead-letters", maxReceiveCount = 3 }
        fifo = false
        contentBasedDeduplication = false
        copyTo = "audit-queue-name"
        tags { tag1 = "tagged1", "tag 2" = tagged2 }
    }
    queue1-dead-letters { }
    orders { fifo = true, contentBasedDeduplication = true }
    "payments.fifo" { fifo = true }
}
queues.late.delay = 2s
queues-storage { enabled = true }
`;

function convert(text: string): string {
  const result = elasticmqToYaml(text);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

test('queues become SQS attributes', () => {
  expect(parse(convert(example))).toEqual({
    region: 'us-west-2',
    'http-port': 9325,
    queues: {
      queue1: {
        account: '000000000042',
        attributes: {
          VisibilityTimeout: 10,
          DelaySeconds: 5,
          ReceiveMessageWaitTimeSeconds: 2,
          RedrivePolicy: { deadLetterTargetArn: 'queue1-dead-letters', maxReceiveCount: 3 },
          ContentBasedDeduplication: 'false',
        },
        tags: { tag1: 'tagged1', 'tag 2': 'tagged2' },
      },
      'queue1-dead-letters': { account: '000000000042' },
      'orders.fifo': {
        account: '000000000042',
        attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
      },
      'payments.fifo': { account: '000000000042', attributes: { FifoQueue: 'true' } },
      late: { account: '000000000042', attributes: { DelaySeconds: 2 } },
    },
  });
});

test('what has no counterpart is said in comments', () => {
  const text = convert(example);
  for (const said of [
    'include',
    'copyTo = audit-queue-name',
    'node-address',
    'queues-storage',
    'bind-hostname',
  ]) {
    expect(text).toMatch(new RegExp(`^# Not taken over: .*${said}`, 'm'));
  }
});

test('names the line of what it cannot read', () => {
  expect(elasticmqToYaml('queues {\n  a {\n    delay 5\n  }\n}')).toEqual({
    ok: false,
    error: "line 3: '=' expected after delay",
  });
  expect(elasticmqToYaml('queues { a { delay = 5 seconds }')).toMatchObject({ ok: false });
});

test('an empty configuration gives an empty list', () => {
  expect(parse(convert(''))).toEqual({ queues: {} });
});

const piece = fc.oneof(
  fc.constantFrom('{', '}', '[', ']', '=', ':', ',', '.', '"', '"""', '#', '//', '\n', ' ', '${', '+=', '\\'),
  fc.constantFrom('queues', 'aws', 'accountId', 'region', 'tags', 'delay', 'fifo', 'include x', '5 seconds'),
  fc.string({ maxLength: 4 }),
);

test('whatever the file holds, the answer is YAML or a sentence', () => {
  const text = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((inner) => `queues { a { ${inner} } }`),
      ),
      (source) => {
        const result = elasticmqToYaml(source);
        const answer: unknown = result.ok ? parse(result.value) : { queues: {}, problem: result.error };
        expect(answer).toHaveProperty('queues');
        expect(answer).not.toHaveProperty('problem', '');
      },
    ),
    { numRuns: 2000 },
  );
});
