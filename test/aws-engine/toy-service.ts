// A service of a few operations that shows everything the engine does, and a core that answers what a test
// tells it to. Used by the engine's tests and its micro benchmark.
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { Broker, Command, Query, Reply, ReplySink } from '../../src/broker/index.ts';
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import type { Handlers, Service, ServiceFactory } from '../../src/protocols/aws/engine/service.ts';
import { blob, bool, int, list, map, str, struct, timestamp } from '../../src/protocols/aws/engine/shapes.ts';
import { validationMessage } from '../../src/protocols/aws/engine/validation-message.ts';
import { type AwsDeps, createAwsProtocol } from '../../src/protocols/aws/index.ts';

const everything = {
  Text: str({ max: 20 }),
  Count: int({ min: 0, max: 100 }),
  Flag: bool(),
  Data: blob(),
  At: timestamp(),
  Names: list(str(), { isFlat: true, queryName: 'Name' }),
  Words: list(str({ max: 5 })),
  Labels: map(str(), { isFlat: true, queryName: 'Label', keyName: 'Name', valueName: 'Value' }),
  Parts: list(struct({ Id: str({ isRequired: true }), Data: blob() }), { isFlat: true, queryName: 'Part' }),
} as const;

const toyModel = {
  id: 'toy',
  apiVersion: '2020-02-02',
  targetPrefix: 'Toy',
  jsonVersion: '1.0',
  queryNamespace: 'http://toy.example/doc/',
  errorNamespace: 'com.example.toy',
  bodyBytesMax: 100_000,
  operations: {
    Echo: { input: struct(everything), output: struct(everything), action: 'toy:Echo', errors: [] },
    Purge: {
      input: struct({ Queue: str({ isRequired: true }) }),
      output: struct({}),
      action: 'toy:Purge',
      errors: ['ToyMissing'],
    },
    Wait: { input: struct({}), output: struct({ Seen: str() }), action: 'toy:Wait', errors: [] },
    Slow: { input: struct({ How: str() }), output: struct({ Done: bool() }), action: 'toy:Slow', errors: [] },
    Open: { input: struct({}), output: struct({ Who: str() }), action: 'toy:Open', errors: [], isOpen: true },
  },
} as const satisfies Service;

const missing = () =>
  new AwsError('There is no such "toy".', { type: 'ToyMissing', code: 'Toy.Missing', status: 404 });

const handlers: Handlers<typeof toyModel> = {
  Echo: (input) => input,
  Purge: ({ Queue }, call) => {
    call.authorize('toy:Purge', {
      arn: `arn:aws:toy:${call.region}:${call.principal.account}:${Queue}`,
      account: call.principal.account,
    });
    if (Queue === 'none') throw missing();
    return call.submit({ kind: 'purge', entity: 1 }, replyDone, undefined);
  },
  Wait: (_input, call) =>
    call.submit({ kind: 'receive', entity: 7, messagesMax: 1 }, (reply) => ({ Seen: reply.kind }), undefined),
  Slow: async ({ How }, call) => {
    const reply = await call.run({ kind: 'purge', entity: 2 });
    if (How === 'throw') throw missing();
    if (How === 'crash') throw new TypeError('a bug');
    return { Done: reply.kind === 'done' };
  },
  Open: (_input, { principal }) => ({ Who: principal.arn }),
};

function replyDone(reply: Reply): object {
  if (reply.kind === 'error') throw missing();
  return {};
}

const error = (type: string, code: string, status: number) => (message: string) =>
  new AwsError(message, { type, code, status, namespace: 'com.amazon.coral.service' });

export const toyService: ServiceFactory = () => ({
  service: toyModel,
  handlers,
  errors: {
    validation: (failures) =>
      error('ValidationException', 'ValidationError', 400)(validationMessage(failures)),
    accessDenied: (action, arn, principal) =>
      error('AccessDeniedException', 'AccessDenied', 403)(`${principal} may not ${action} on ${arn}`),
    unknownOperation: (name) => error('UnknownOperationException', 'InvalidAction', 400)(`no ${name}`),
    internal: () => error('InternalFailure', 'InternalFailure', 500)('sorry'),
  },
});

/** Keeps what it is asked; answers at once with `reply`, or when told to. */
class ToyBroker {
  reply: Reply | undefined = { kind: 'done' };
  readonly commands: (Command | Query)[] = [];
  readonly sinks: ReplySink[] = [];
  readonly cancelled: ReplySink[] = [];

  submit(command: Command | Query, sink: ReplySink): void {
    this.commands.push(command);
    this.sinks.push(sink);
    if (this.reply !== undefined) sink.reveal(this.reply);
  }
  query(query: Query, sink: ReplySink): void {
    this.submit(query, sink);
  }
  cancel(sink: ReplySink): void {
    this.cancelled.push(sink);
  }
}

export const toyNowMs = Date.UTC(2026, 10, 25, 12, 0, 0);

export function createToy(overrides: Partial<AwsDeps> = {}) {
  const broker = new ToyBroker();
  const clock = new ManualClock(toyNowMs);
  const aws = createAwsProtocol({
    broker: broker as unknown as Broker,
    clock,
    logger: silentLogger,
    secret: new Uint8Array(32).fill(7),
    users: [],
    roles: [],
    auth: 'sigv4',
    homeRegion: 'us-east-1',
    limits: { default: 'relaxed' },
    services: [toyService],
    ...overrides,
  });
  return { aws, broker, clock };
}
