// Handlers of Kinesis over a real core in memory, with a clock that stands still and a call that notes what
// leave was asked for. For unit tests of handlers: no engine, no socket.
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Broker, Command, Query, Reply } from '../../src/broker/index.ts';
import { Paging } from '../../src/protocols/aws/engine/paginate.ts';
import type { Call, Pending, Resource, Respond } from '../../src/protocols/aws/engine/service.ts';
import type { KinesisSettings } from '../../src/protocols/aws/services/kinesis/index.ts';
import { createKinesis, type Kinesis } from '../../src/protocols/aws/services/kinesis/kinesis.ts';
import { MemoryStorage } from '../../src/storage/index.ts';

export const region = 'us-east-1';
export const account = '000000000000';
export const streamArn = (name: string): string => `arn:aws:kinesis:${region}:${account}:stream/${name}`;

export interface KinesisCore {
  readonly kinesis: Kinesis;
  readonly broker: Broker;
  readonly clock: ManualClock;
  profile: 'relaxed' | 'aws';
  call(operationName: string): CoreCall;
  close(): Promise<void>;
}

export async function startKinesisCore(settings: KinesisSettings = {}): Promise<KinesisCore> {
  const clock = new ManualClock();
  const broker = await createBroker({
    storage: new MemoryStorage(),
    clock,
    rng: new SeededRng(1),
    logger: silentLogger,
    queueCells: 1,
    streamCells: 1,
    durability: 'memory',
  });
  const secret = new Uint8Array(32).fill(1);
  const deps = { broker, clock, secret, paging: new Paging(secret), limitsFor: () => core.profile };
  const core: KinesisCore = {
    broker,
    clock,
    profile: 'relaxed',
    kinesis: createKinesis(deps, settings),
    call: (operationName) => new CoreCall(broker, operationName),
    close: () => broker.close(),
  };
  return core;
}

export class CoreCall implements Call {
  readonly requestId = '11111111-2222-3333-4444-555555555555';
  readonly operationName: string;
  readonly principal = { account, arn: `arn:aws:iam::${account}:user/test`, id: 'AIDATEST' };
  readonly region = region;
  readonly isQuery = false;
  readonly path = '/';
  readonly baseUrl = 'http://localhost:4566';
  readonly sourceIp = '127.0.0.1';
  readonly limitsProfile = 'relaxed';
  /** Actions that handlers asked leave for, with the ARN and whether there was a policy. */
  readonly asked: string[] = [];
  readonly #broker: Broker;

  constructor(broker: Broker, operationName: string) {
    this.#broker = broker;
    this.operationName = operationName;
  }
  header(): undefined {
    return undefined;
  }
  authorize(action: string, resource: Resource): void {
    this.asked.push(`${action} ${resource.arn}${resource.policy === undefined ? '' : ' by policy'}`);
  }
  run(command: Command): Promise<Reply> {
    return new Promise((settle) => this.#broker.submit(command, { reveal: settle, isOpen: () => true }));
  }
  ask(query: Query): Promise<Reply> {
    return new Promise((settle) => this.#broker.query(query, { reveal: settle, isOpen: () => true }));
  }
  submit<C>(_command: Command, _respond: Respond<C>, _context: C): Pending {
    throw new Error('answered through the engine: test it there');
  }
  query<C>(_query: Query, _respond: Respond<C>, _context: C): Pending {
    throw new Error('answered through the engine: test it there');
  }
  openEventStream(): never {
    throw new Error('answered through the engine: test it there');
  }
}
