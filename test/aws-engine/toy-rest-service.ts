// A service over REST-JSON that has every place a member can stand in. Used by the tests of that wire.
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import type { Service, ServiceFactory } from '../../src/protocols/aws/engine/service.ts';
import {
  blob,
  bool,
  double,
  int,
  list,
  str,
  struct,
  structMember,
  timestamp,
} from '../../src/protocols/aws/engine/shapes.ts';
import { toyService } from './toy-service.ts';

const label = { isRequired: true, location: 'label' } as const;
const query = { location: 'query' } as const;
const row = { action: 'loom:Use', errors: ['LoomMissing'] } as const;

const loomModel = {
  id: 'loom',
  apiVersion: '2020-02-02',
  rest: { messageKey: 'message', hasFault: true },
  operations: {
    Weave: {
      ...row,
      http: { method: 'PUT', uri: '/looms/{Loom}/cloths/{Cloth}', status: 201 },
      input: struct({
        Loom: str({ ...label, max: 10 }),
        Cloth: int(label),
        Dry: bool({ ...query, locationName: 'dry-run' }),
        Ratio: double(query),
        Since: timestamp(query),
        Colours: list(str({ max: 5 }), query),
        Trace: str({ location: 'header', locationName: 'X-Trace' }),
        At: timestamp(),
        IsoAt: timestamp({ isIso: true }),
        Count: int({ max: 5 }),
      }),
      output: struct({
        Loom: str(),
        Trace: str({ location: 'header', locationName: 'X-Trace' }),
        At: timestamp(),
        IsoAt: timestamp({ isIso: true }),
        Read: str(),
      }),
    },
    GetLoom: {
      ...row,
      http: { method: 'GET', uri: '/looms/{Loom}' },
      input: struct({ Loom: str(label) }),
      output: struct({ Loom: str() }),
    },
    GetNewest: {
      ...row,
      http: { method: 'GET', uri: '/looms/newest' },
      input: struct({}),
      output: struct({ Loom: str() }),
    },
    ListLooms: {
      ...row,
      http: { method: 'GET', uri: '/looms/' },
      input: struct({}),
      output: struct({ Looms: list(str()) }),
    },
    Burn: {
      ...row,
      http: { method: 'DELETE', uri: '/looms/{Loom}', status: 204 },
      input: struct({ Loom: str(label) }),
      output: struct({}),
    },
    Tag: {
      ...row,
      http: { method: 'POST', uri: '/tags/{Arn+}' },
      input: struct({ Arn: str(label), Text: str({ location: 'payload' }) }),
      output: struct({ Arn: str(), Service: str() }),
    },
    Copy: {
      ...row,
      http: { method: 'POST', uri: '/copies', contentType: 'image/png' },
      input: struct({ Data: blob({ location: 'payload' }) }),
      output: struct({ Data: blob({ location: 'payload' }), Status: int({ location: 'status' }) }),
    },
    Plan: {
      ...row,
      http: { method: 'POST', uri: '/plans' },
      input: struct({ Plan: structMember({ Size: int({ max: 5 }) }, { location: 'payload' }) }),
      output: struct({ Plan: structMember({ Size: int() }, { location: 'payload' }) }),
    },
  },
} as const satisfies Service;

/** Under another id it is another service with the same paths. */
export const loomService =
  (id = 'loom'): ServiceFactory =>
  (deps) => ({
    ...toyService(deps),
    service: { ...loomModel, id },
    handlers: {
      Weave: (input: object) => ({ ...input, Read: JSON.stringify(input) }),
      GetLoom: ({ Loom }: { Loom: string }) => {
        if (Loom !== 'none') return { Loom };
        const options = { type: 'LoomMissing', status: 404, members: { loom: Loom } };
        throw new AwsError('There is no such loom.', options);
      },
      GetNewest: () => ({ Loom: 'the newest' }),
      ListLooms: () => ({ Looms: ['a'] }),
      Burn: () => ({}),
      Tag: ({ Arn }: { Arn: string }) => ({ Arn, Service: id }),
      Copy: ({ Data }: { Data?: Uint8Array }) =>
        Data === undefined ? { Status: 404 } : { Data, Status: 202 },
      Plan: (input: object) => input,
    },
  });
