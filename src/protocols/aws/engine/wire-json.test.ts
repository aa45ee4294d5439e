// JSON input by shapes: what is read, dropped, forgiven and reported, and what output looks like.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { AwsError } from './errors.ts';
import { planShape } from './plan.ts';
import { Problems } from './problems.ts';
import { blob, bool, double, int, list, long, map, str, struct, timestamp } from './shapes.ts';
import { decodeJson, encodeJson } from './wire-json.ts';

const shape = struct({
  Text: str(),
  Count: int(),
  Size: long(),
  Ratio: double(),
  Flag: bool(),
  Data: blob(),
  At: timestamp(),
  Names: list(str()),
  Labels: map(str()),
  Parts: list(struct({ Id: str(), Data: blob() })),
});
const plan = planShape(shape);

function read(raw: unknown) {
  const problems = new Problems();
  const input = decodeJson(plan, raw, problems);
  return { input, failures: problems.failures };
}

/** What reading gives; an AwsError counts as an answer, any other error fails the test. */
function outcome<T>(read: () => T): T | AwsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

describe('input', () => {
  test('is read by its shape', () => {
    const { input, failures } = read({
      Text: 'a',
      Count: 3,
      Ratio: 0.5,
      Flag: false,
      Data: 'AQI=',
      At: 1.5,
      Names: ['x', 'y'],
      Labels: { k: 'v' },
      Parts: [{ Id: '1', Data: '' }],
    });
    expect(failures).toEqual([]);
    expect(input).toEqual({
      Text: 'a',
      Count: 3,
      Ratio: 0.5,
      Flag: false,
      Data: Buffer.from([1, 2]),
      At: 1500,
      Names: ['x', 'y'],
      Labels: { k: 'v' },
      Parts: [{ Id: '1', Data: Buffer.alloc(0) }],
    });
  });

  test('loses unknown members and nulls', () => {
    const raw = {
      Text: null,
      Other: 1,
      Names: ['x', null],
      Labels: { a: null, b: 'c' },
      __proto__: { Text: 'no' },
    };
    expect(read(JSON.parse(JSON.stringify(raw))).input).toEqual({ Names: ['x'], Labels: { b: 'c' } });
  });

  test('reads numbers and booleans in quotes, cuts fractions and saturates', () => {
    expect(read({ Count: '7', Flag: 'true', Ratio: '0.5' }).input).toEqual({
      Count: 7,
      Flag: true,
      Ratio: 0.5,
    });
    expect(read({ Count: 2.9 }).input).toEqual({ Count: 2 });
    expect(read({ Count: 1e30, Size: 1e30 }).input).toEqual({
      Count: 2_147_483_647,
      Size: Number.MAX_SAFE_INTEGER,
    });
  });

  test('keeps map keys that would mean something to an object', () => {
    const { input } = read(JSON.parse('{"Labels":{"__proto__":"x","constructor":"y"}}'));
    expect(Object.entries(input['Labels'] as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect((read({ Labels: {} }).input['Labels'] as Record<string, unknown>)['toString']).toBeUndefined();
  });

  test.each([
    [{ Text: 1 }, 'text', 'Text'],
    [{ Count: 'x' }, 'count', 'Count'],
    [{ Count: '' }, 'count', 'Count'],
    [{ Count: true }, 'count', 'Count'],
    [{ Flag: 1 }, 'flag', 'Flag'],
    [{ Data: 'A' }, 'data', 'Data'],
    [{ At: 'x' }, 'at', 'At'],
    [{ Names: 'x' }, 'names', 'Names'],
    [{ Names: ['x', 1] }, 'names.2.member', 'Names'],
    [{ Labels: [] }, 'labels', 'Labels'],
    [{ Labels: { k: 1 } }, 'labels.k.member', 'Labels'],
    [{ Parts: [{ Id: '1' }, { Id: {} }] }, 'parts.2.member.id', 'Id'],
    [{ Parts: [[]] }, 'parts.1.member', 'Parts'],
  ])('reports the wrong type in %j at its place', (raw, path, member) => {
    expect(read(raw).failures).toMatchObject([{ path, member, constraint: 'type' }]);
  });

  test.each([null, [], 'x', 1])('is malformed when it is %j', (raw) => {
    expect(() => read(raw)).toThrow(AwsError);
  });

  test('can be any JSON: only an AwsError ever comes out of it', () => {
    const someMembers = fc.record(
      Object.fromEntries(Object.keys(shape.members).map((name) => [name, fc.jsonValue()])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), someMembers), (raw) => {
        const result = outcome(() => read(raw));
        const { input, failures } = result instanceof AwsError ? { input: {}, failures: [] } : result;
        expect(Object.keys(input).every((name) => name in shape.members)).toBe(true);
        expect(failures.length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 500 },
    );
  });
});

describe('output', () => {
  test('turns blobs and timestamps into text and copies nothing else', () => {
    const names = ['x'];
    const parts = [{ Id: '1', Data: new Uint8Array([1, 2]) }, { Id: '2' }];
    const output = { At: 1500, Names: names, Parts: parts };
    const encoded = encodeJson(plan, output) as Record<string, unknown>;
    expect(encoded).toEqual({ At: 1.5, Names: ['x'], Parts: [{ Id: '1', Data: 'AQI=' }, { Id: '2' }] });
    expect(encoded['Names']).toBe(names);
    expect(output.At).toBe(1500);
    expect(parts[0]!.Data).toBeInstanceOf(Uint8Array);
  });

  test('is what input reads again', () => {
    const value = fc.record(
      {
        Text: fc.string(),
        Count: fc.integer(),
        Flag: fc.boolean(),
        Data: fc.uint8Array(),
        At: fc.integer({ min: 0, max: 2 ** 41 }),
        Labels: fc.dictionary(fc.string(), fc.string()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, (fields) => {
        const { input } = read(JSON.parse(JSON.stringify(encodeJson(plan, fields))));
        const data = input['Data'] === undefined ? {} : { Data: new Uint8Array(input['Data'] as Uint8Array) };
        expect({ ...input, ...data }).toEqual(fields);
      }),
    );
  });
});
