// A service of the Coral kind, as Kinesis is one: CBOR beside JSON, strict types, a front end of its own, an
// operation that answers with an event stream, one whose bodies are read and written by hand.
import { coralDialect } from '../../src/protocols/aws/engine/dialect.ts';
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import { eventFrames } from '../../src/protocols/aws/engine/event-stream.ts';
import type {
  EventStreamReply,
  Handlers,
  Service,
  ServiceFactory,
  ServiceModule,
} from '../../src/protocols/aws/engine/service.ts';
import { blob, bool, int, list, map, str, struct, timestamp } from '../../src/protocols/aws/engine/shapes.ts';
import { validationMessage } from '../../src/protocols/aws/engine/validation-message.ts';
import { encodeCborText } from '../../src/protocols/aws/engine/cbor/encode.ts';

const record = struct({
  Data: blob({ isRequired: true, max: 10 }),
  PartitionKey: str({ isRequired: true, min: 1, max: 5 }),
});
const everything = {
  Text: str({ max: 20 }),
  Limit: int({ min: 1, max: 100 }),
  Flag: bool(),
  Data: blob(),
  At: timestamp(),
  Names: list(str({ min: 1, max: 3 })),
  Tags: map(str({ max: 3 }), { keys: str({ min: 1, max: 3 }) }),
  Records: list(record, { min: 1, max: 3 }),
} as const;

/** What reading by hand makes of a body: nothing of it becomes an object. */
interface Scanned {
  readonly scannedBytes: number;
}

/** Reads only what begins with a certain byte, and leaves the rest to the rows. */
const scanBody = (body: Buffer): Scanned | undefined =>
  body[0] === 0x20 ? { scannedBytes: body.length } : undefined;

const tideModel = {
  id: 'kinesis',
  apiVersion: '2013-12-02',
  targetPrefix: 'Kinesis_20131202',
  jsonVersion: '1.1',
  errorNamespace: '',
  bodyBytesMax: 100_000,
  hasCbor: true,
  dialect: coralDialect,
  operations: {
    Echo: { input: struct(everything), output: struct(everything), action: 'kinesis:Echo', errors: [] },
    Purge: {
      input: struct({ Name: str({ isRequired: true }) }),
      output: struct({}),
      action: 'kinesis:Purge',
      errors: ['ResourceNotFoundException'],
    },
    Scan: {
      input: struct({ Text: str() }),
      output: struct({ How: str() }),
      action: 'kinesis:Scan',
      errors: [],
      decodeBody: scanBody,
      encodeOutput: (output: object, wire: string) => {
        const { How } = output as { readonly How: string };
        if (How.startsWith('rows')) return undefined;
        return wire === 'cbor' ? encodeCborText({ How }) : `{"How":"${How}"}`;
      },
    },
    SubscribeToShard: {
      input: struct({ ConsumerARN: str(), ShardId: str({ isRequired: true }) }),
      output: struct({}),
      action: 'kinesis:SubscribeToShard',
      errors: ['ResourceInUseException'],
    },
  },
} as const satisfies Service;

const unmodelled = (type: string, message: string, status = 400): AwsError =>
  new AwsError(message, { type, status, namespace: '' });

const tideErrors: ServiceModule['errors'] = {
  validation: (failures) => unmodelled('ValidationException', validationMessage(failures)),
  accessDenied: (action) => unmodelled('AccessDeniedException', action),
  unknownOperation: () => unmodelled('UnknownOperationException', ''),
  internal: () => unmodelled('InternalFailureException', 'sorry', 500),
};

/** The streams that are open, for tests to write to. */
export class Tide {
  readonly streams: EventStreamReply[] = [];
  readonly events = eventFrames('SubscribeToShardEvent');

  readonly service: ServiceFactory = () => {
    const handlers: Handlers<typeof tideModel> = {
      Echo: (input) => input,
      Purge: ({ Name }) => {
        if (Name === 'none') throw new AwsError('no such thing', { type: 'ResourceNotFoundException' });
        return {};
      },
      Scan: (input) => ({ How: 'scannedBytes' in input ? `${input.scannedBytes} bytes` : 'rows' }),
      SubscribeToShard: async ({ ShardId }, call) => {
        await Promise.resolve();
        if (ShardId === 'taken') throw new AwsError('taken', { type: 'ResourceInUseException' });
        const stream = call.openEventStream();
        this.streams.push(stream);
        if (ShardId === 'broken') throw new TypeError('a bug');
        if (ShardId === 'gone') throw new AwsError('gone', { type: 'ResourceInUseException' });
        return stream;
      },
    };
    return { service: tideModel, handlers, errors: tideErrors };
  };
}
