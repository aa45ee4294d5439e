// Just enough of a core and of an engine to run SQS handlers without either: a catalog in a Map, scripted
// replies for everything else, and a call that settles like the engine's. For unit tests of handlers; real
// behaviour is the business of the contract suites.
import { ManualClock } from '../../src/base/clock.ts';
import type {
  Broker,
  Command,
  Query,
  QueueDefinition,
  Reply,
  ReplySink,
  ResourceName,
} from '../../src/broker/index.ts';
import { brokerError, nameKey } from '../../src/broker/index.ts';
import { Paging } from '../../src/protocols/aws/engine/paginate.ts';
import type { Call, Pending, Resource, Respond } from '../../src/protocols/aws/engine/service.ts';
import { createSqs, type Sqs } from '../../src/protocols/aws/services/sqs/sqs.ts';

export class FakeBroker {
  readonly queues = new Map<string, QueueDefinition>();
  readonly commands: (Command | Query)[] = [];
  deletedAtMs: number | undefined;
  /** What the next command that is not the catalog's is answered with. */
  next: Reply = { kind: 'done' };
  #entity = 0;

  readonly catalog = {
    find: (name: ResourceName) => this.queues.get(nameKey(name)),
    list: ({
      namespace,
      prefix = '',
      after = '',
      limit,
    }: {
      namespace: string;
      prefix?: string;
      after?: string;
      limit: number;
    }) =>
      [...this.queues.values()]
        .filter(
          (queue) =>
            queue.name.namespace === namespace &&
            queue.name.name.startsWith(prefix) &&
            queue.name.name > after,
        )
        .toSorted((a, b) => (a.name.name < b.name.name ? -1 : 1))
        .slice(0, limit),
    deadLetterSources: (target: ResourceName) =>
      [...this.queues.values()].filter((queue) => {
        const policy = queue.settings.deadLetter;
        return policy !== undefined && nameKey(policy.target) === nameKey(target);
      }),
    deletedAtMs: () => this.deletedAtMs,
  };

  submit(command: Command, sink: Pick<ReplySink, 'reveal'>): void {
    this.commands.push(command);
    sink.reveal(this.#answer(command));
  }
  query(query: Query, sink: Pick<ReplySink, 'reveal'>): void {
    this.commands.push(query);
    sink.reveal(this.next);
  }

  #answer(command: Command): Reply {
    switch (command.kind) {
      case 'createQueue': {
        const { kind: _, ...rest } = command;
        this.#entity++;
        return this.#store({
          ...rest,
          entity: this.#entity,
          cell: 0,
          createdAtMs: 1_700_000_000_123,
          modifiedAtMs: 1_700_000_000_123,
          revision: 1,
        });
      }
      case 'updateQueue': {
        const queue = [...this.queues.values()].find(({ entity }) => entity === command.entity)!;
        if (queue.revision !== command.expectedRevision)
          return { kind: 'error', error: brokerError('revision_conflict', 'changed') };
        const { settings = queue.settings, annotations = queue.annotations, tags = queue.tags } = command;
        return this.#store({ ...queue, settings, annotations, tags, revision: queue.revision + 1 });
      }
      default:
        return this.next;
    }
  }

  #store(definition: QueueDefinition): Reply {
    this.queues.set(nameKey(definition.name), definition);
    return { kind: 'catalog', definition, isCreated: true };
  }
}

export interface FakeSqs {
  readonly sqs: Sqs;
  readonly broker: FakeBroker;
  readonly clock: ManualClock;
  call(options?: Partial<Call>): FakeCall;
  profile: 'relaxed' | 'aws';
}

export function fakeSqs(): FakeSqs {
  const broker = new FakeBroker();
  const clock = new ManualClock();
  const secret = new Uint8Array(32).fill(1);
  const fake: FakeSqs = {
    broker,
    clock,
    profile: 'relaxed',
    sqs: createSqs({
      broker: broker as unknown as Broker,
      clock,
      secret,
      paging: new Paging(secret),
      limitsFor: () => fake.profile,
    }),
    call: (options = {}) => new FakeCall(broker, options),
  };
  return fake;
}

export class FakeCall implements Call {
  readonly requestId = '11111111-2222-3333-4444-555555555555';
  operationName = 'Test';
  principal = { account: '000000000000', arn: 'arn:aws:iam::000000000000:user/test', id: 'AIDATEST' };
  region = 'us-east-1';
  isQuery = false;
  path = '/';
  headers: Readonly<Record<string, string>> = {};
  readonly baseUrl = 'http://localhost:4566';
  readonly sourceIp = '127.0.0.1';
  limitsProfile: Call['limitsProfile'] = 'relaxed';
  /** Actions that handlers asked leave for, with the ARN. */
  readonly asked: string[] = [];
  readonly #broker: FakeBroker;

  constructor(broker: FakeBroker, options: Partial<Call>) {
    this.#broker = broker;
    Object.assign(this, options);
  }
  header(name: string): string | undefined {
    return this.headers[name];
  }
  openEventStream(): never {
    throw new Error('SQS has no event streams');
  }
  authorize(action: string, resource: Resource): void {
    this.asked.push(`${action} ${resource.arn}`);
  }
  run(command: Command): Promise<Reply> {
    return new Promise((settle) => this.#broker.submit(command, { reveal: settle }));
  }
  ask(query: Query): Promise<Reply> {
    return new Promise((settle) => this.#broker.query(query, { reveal: settle }));
  }
  /** Answers at once: what the handler returns is then what the responder made. */
  submit<C>(command: Command, respond: Respond<C>, context: C): Pending {
    let answer: unknown;
    this.#broker.submit(command, { reveal: (reply) => (answer = respond(reply, this, context)) });
    return answer as Pending;
  }
  query<C>(query: Query, respond: Respond<C>, context: C): Pending {
    let answer: unknown;
    this.#broker.query(query, { reveal: (reply) => (answer = respond(reply, this, context)) });
    return answer as Pending;
  }
}
