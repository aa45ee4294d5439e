// What the handlers that read share beside the rest of the service: iterators, the gate, and who subscribes.
// Made once per daemon in index.ts.
import type { Kinesis } from './kinesis.ts';
import { IteratorTokens } from './iterator-token.ts';
import { ReadGate } from './read-gate.ts';
import { Subscriptions } from './subscriptions.ts';

export interface Reading {
  readonly kinesis: Kinesis;
  readonly iterators: IteratorTokens;
  readonly gate: ReadGate;
  readonly subscriptions: Subscriptions;
}

export function createReading(kinesis: Kinesis): Reading {
  return {
    kinesis,
    iterators: new IteratorTokens(kinesis.secret),
    gate: new ReadGate(kinesis),
    subscriptions: new Subscriptions(kinesis),
  };
}
