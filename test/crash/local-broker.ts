// The real broker over a real data directory in this process, for tests that need more messages than a wire
// carries in their time. Commands as promises; nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SystemRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Command, Query, QueueSettings, Reply } from '../../src/broker/index.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { LmdbStorageOptions } from '../../src/storage/index.ts';

type KindOf<K extends Reply['kind']> = Extract<Reply, { kind: K }>;

export interface LocalBroker {
  readonly broker: Awaited<ReturnType<typeof createBroker>>;
  readonly storage: Awaited<ReturnType<typeof openLmdbStorage>>;
  /** Throws when the answer is of another kind. */
  run<K extends Reply['kind']>(kind: K, command: Command | Query): Promise<KindOf<K>>;
  create(name: string, settings?: Partial<QueueSettings>): Promise<number>;
  send(entity: number, bodies: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'caudal-broker-'));
}
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

export const namespace = '000000000000/us-east-1';

const defaults: QueueSettings = {
  ordering: 'none',
  leaseMs: 30_000,
  delayMs: 0,
  retentionMs: 345_600_000,
  maxMessageBytes: 1_048_576,
  waitMs: 0,
  dedup: 'none',
  durability: 'disk',
};

const queryKinds: ReadonlySet<string> = new Set<Query['kind']>([
  'peek',
  'queueStats',
  'listMoves',
  'listShards',
  'findPosition',
  'readStream',
  'streamStats',
  'describeGroup',
  'listGroups',
]);

export function isQuery(command: Command | Query): command is Query {
  return queryKinds.has(command.kind);
}

export async function openLocalBroker(
  directory: string,
  options: { readonly queueCells?: number } & Partial<LmdbStorageOptions> = {},
): Promise<LocalBroker> {
  const { queueCells = 1, ...more } = options;
  const storage = await openLmdbStorage({ directory, logger: silentLogger, ...more });
  const deps = { storage, clock: systemClock, rng: new SystemRng(), logger: silentLogger, queueCells };
  const broker = await createBroker(deps);
  const ask = (command: Command | Query): Promise<Reply> =>
    new Promise((resolve) => {
      const sink = { reveal: resolve, isOpen: () => true };
      if (isQuery(command)) broker.query(command, sink);
      else broker.submit(command, sink);
    });
  const local: LocalBroker = {
    broker,
    storage,
    async run(kind, command) {
      const reply = await ask(command);
      if (reply.kind !== kind) throw new Error(`${command.kind}: ${JSON.stringify(reply)}`);
      return reply as KindOf<typeof kind>;
    },
    async create(name, settings = {}) {
      const command = {
        kind: 'createQueue' as const,
        name: { kind: 'queue' as const, namespace, name },
        settings: { ...defaults, ...settings },
        annotations: {},
        tags: {},
      };
      return (await local.run('catalog', command)).definition.entity;
    },
    async send(entity, bodies) {
      const messages = bodies.map((body) => ({ body, attributes: [], sender: 'test' }));
      await local.run('sent', { kind: 'send', entity, messages });
    },
    async close() {
      await broker.close();
      await storage.close();
    },
  };
  return local;
}
