// The cycle workload against an in-memory queue that can be told to lose, repeat or swap messages: each of
// these lies must show up in the account.
import { describe, expect, it } from 'vitest';
import { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import { RequestSigner } from '../request-signer.ts';
import { operationFailed } from '../workload.ts';
import type { WorkloadSpec } from '../workload.ts';
import { CycleWorkload } from './cycle.ts';

interface Lies {
  readonly loses?: (count: number) => boolean;
  readonly repeats?: (count: number) => boolean;
}

interface Stored {
  readonly body: string;
  readonly handle: string;
}

/** Answers SQS requests from a list; synchronous, one caller at a time. */
class FakeQueue {
  readonly #lies: Lies;
  readonly messages: Stored[] = [];
  deletedCount = 0;
  #sentCount = 0;

  constructor(lies: Lies = {}) {
    this.#lies = lies;
  }

  answer(request: Buffer): Reply {
    const text = request.toString('latin1');
    const action = /x-amz-target: AmazonSQS\.(\w+)/.exec(text)?.[1] ?? '';
    const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
    return reply(200, this.#act(action, body));
  }

  #act(action: string, body: Record<string, unknown>): unknown {
    switch (action) {
      case 'SendMessage':
        return this.#store(body['MessageBody'] as string);
      case 'SendMessageBatch':
        for (const entry of body['Entries'] as { MessageBody: string }[]) this.#store(entry.MessageBody);
        return { Successful: [{ Id: '0' }] };
      case 'ReceiveMessage': {
        const taken = this.messages.splice(0, body['MaxNumberOfMessages'] as number);
        return taken.length === 0 ? {} : { Messages: taken.map(toMessage) };
      }
      case 'DeleteMessageBatch':
        this.deletedCount += (body['Entries'] as unknown[]).length;
        return { Successful: [], Failed: [] };
      default:
        this.deletedCount += 1;
        return {};
    }
  }

  #store(body: string): unknown {
    const index = this.#sentCount++;
    const stored = { body, handle: `handle-${index}` };
    if (!(this.#lies.loses?.(index) ?? false)) this.messages.push(stored);
    if (this.#lies.repeats?.(index) ?? false) this.messages.push(stored);
    return { MessageId: `id-${index}` };
  }
}

function toMessage(stored: Stored): Record<string, string> {
  return { MessageId: 'm', ReceiptHandle: stored.handle, MD5OfBody: 'f', Body: stored.body };
}

function reply(status: number, content: unknown): Reply {
  const buffer = Buffer.from(`head${JSON.stringify(content)}tail of an older reply "Failed":[{`);
  return { status, buffer, bodyStart: 4, bodyEnd: 4 + JSON.stringify(content).length };
}

function setUp(spec: Partial<WorkloadSpec> = {}): { workload: CycleWorkload; ledger: Ledger } {
  const full: WorkloadSpec = { kind: 'cycle', queueUrl: 'http://h/000000000000/q', ledger: 'l', ...spec };
  const ledger = new Ledger('abc123', { groupCount: full.groupCount ?? 0 });
  const target = { host: 'h', accessKeyId: 'a', secretAccessKey: 's', region: 'r', service: 'sqs' };
  return { workload: new CycleWorkload(full, ledger, new RequestSigner(target, 1)), ledger };
}

function cycles(workload: CycleWorkload, queue: FakeQueue, count: number): number {
  let units = 0;
  for (let done = 0; done < count;) {
    const ended = workload.takeReply(0, queue.answer(workload.nextRequest(0, 0)));
    if (ended === operationFailed) return units;
    if (ended > 0) done += 1;
    units += Math.max(ended, 0);
  }
  return units;
}

describe('CycleWorkload', () => {
  it('sends, receives and deletes each message once', () => {
    const { workload } = setUp();
    workload.prepare(10, 0);
    const queue = new FakeQueue();
    expect(cycles(workload, queue, 25)).toBe(25);
    expect(queue.deletedCount).toBe(25);
    expect(workload.tally()).toMatchObject({ failures: 0, signedInline: 30 });
    expect(workload.tally().verification).toMatchObject({
      issued: 25,
      received: 25,
      deleted: 25,
      duplicated: 0,
    });
  });

  it('takes no more messages than it sent, and all of them', () => {
    const { workload } = setUp({ batch: 10 });
    const queue = new FakeQueue();
    // Something is always ahead of its own messages: a lane may not eat the backlog.
    for (let index = 0; index < 3; index++) queue.messages.push({ body: 'caudal-other0-', handle: 'x' });
    expect(cycles(workload, queue, 5)).toBe(50);
    expect(queue.messages.length).toBe(3);
    expect(workload.tally().verification.unknown).toBe(3);
  });

  it('finds a lost message: the lane waits for it in vain and the ledger names it', () => {
    const { workload, ledger } = setUp();
    cycles(workload, new FakeQueue({ loses: (index) => index === 7 }), 20);
    expect(workload.tally().failures).toBe(1);
    expect(ledger.lostCount()).toBe(1);
  });

  it('finds a repeated message', () => {
    const { workload } = setUp();
    cycles(workload, new FakeQueue({ repeats: (index) => index === 3 }), 20);
    expect(workload.tally().verification.duplicated).toBe(1);
  });

  it('reports the first refusal word for word', () => {
    const { workload } = setUp();
    workload.nextRequest(0, 0);
    expect(workload.takeReply(0, reply(400, { __type: 'x#QueueDoesNotExist' }))).toBe(operationFailed);
    expect(workload.tally().firstFailure).toBe('HTTP 400: {"__type":"x#QueueDoesNotExist"}');
  });

  it('counts a batch with a failed entry as failed', () => {
    const { workload } = setUp({ batch: 10 });
    workload.nextRequest(0, 0);
    expect(workload.takeReply(0, reply(200, { Successful: [{}], Failed: [{ Id: '3' }] }))).toBe(
      operationFailed,
    );
    workload.nextRequest(0, 0);
    expect(workload.takeReply(0, reply(200, { Successful: [{}], Failed: [] }))).toBe(0);
  });
});
