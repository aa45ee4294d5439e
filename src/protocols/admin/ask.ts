// The core's answers as promises: the admin API is not on the hot path. A core error becomes an AdminProblem.
import type { Broker, Command, Query, Reply } from '../../broker/index.ts';
import { brokerProblem } from './problem.ts';

type ReplyOf<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

export async function ask<K extends Reply['kind']>(
  broker: Broker,
  query: Query,
  kind: K,
): Promise<ReplyOf<K>> {
  return expectKind(await new Promise<Reply>((settle) => broker.query(query, sinkOf(settle))), kind);
}

export async function run<K extends Reply['kind']>(
  broker: Broker,
  command: Command,
  kind: K,
): Promise<ReplyOf<K>> {
  return expectKind(await new Promise<Reply>((settle) => broker.submit(command, sinkOf(settle))), kind);
}

function sinkOf(settle: (reply: Reply) => void) {
  return { reveal: settle, isOpen: () => true };
}

function expectKind<K extends Reply['kind']>(reply: Reply, kind: K): ReplyOf<K> {
  if (reply.kind === 'error') throw brokerProblem(reply.error);
  if (reply.kind !== kind) throw new Error(`the core answered ${reply.kind} instead of ${kind}`);
  return reply as ReplyOf<K>;
}
