// Runs replays: reads an archive page by page and publishes what is in the window, each event once even if the
// daemon is killed in between: progress is in the replay's document, and the core knows by its entity and the
// event's sequence what was published already. Started by StartReplay, and by the service for those that a stop cut.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../../../base/log.ts';
import type { Broker, BrokerError, Command, Publish, Reply } from '../../../../broker/index.ts';
import { archiveOfArn, archiveStream } from './archive.ts';
import { type ArchivedEvent, positionAt, readArchive } from './archive-read.ts';
import { type Kept, keptOf, plain } from './documents.ts';
import { replayedText } from './envelope.ts';
import { busTopicName, documentPrefix, parseBusArn, parseRuleArn, ruleBindingName } from './names.ts';
import { isUnfinished, type ReplayValue } from './replay.ts';

type Replay = Kept<ReplayValue>;

export interface ReplayDeps {
  readonly broker: Broker;
  readonly logger: Logger;
  nowMs(): number;
}

/** After an error that may pass. */
const againMs = 1_000;

export class ReplayRunner {
  readonly #deps: ReplayDeps;
  readonly #running = new Set<number>();

  constructor(deps: ReplayDeps) {
    this.#deps = deps;
  }

  /** Goes on with what was not at its end. */
  resume(): void {
    for (const definition of this.#deps.broker.catalog.documents.all()) {
      if (!definition.name.name.startsWith(documentPrefix('replay'))) continue;
      if (isUnfinished(keptOf<ReplayValue>('replay', definition))) this.start(definition.entity);
    }
  }

  /** One that runs already goes on as it is. */
  start(entity: number): void {
    if (this.#running.has(entity)) return;
    this.#running.add(entity);
    void this.#run(entity);
  }

  async #run(entity: number): Promise<void> {
    try {
      for (let step: Step = 'more'; step !== 'done';) {
        step = await this.#step(entity);
        // Nothing waits for it: a daemon that stops does not wait either.
        if (step === 'later') await delay(againMs, undefined, { ref: false });
      }
    } catch (error) {
      this.#deps.logger.error('replay failed unexpectedly', { entity, error });
    } finally {
      this.#running.delete(entity);
    }
  }

  async #step(entity: number): Promise<Step> {
    const definition = this.#deps.broker.catalog.documents.byEntity(entity);
    if (definition === undefined) return 'done';
    const replay = keptOf<ReplayValue>('replay', definition);
    if (!isUnfinished(replay)) return 'done';
    if (replay.value.state === 'CANCELLING') return this.#end(replay, { state: 'CANCELLED' });
    const archive = archiveOfArn(this.#deps.broker.catalog, replay.value.archiveArn);
    const stream = archive && this.#deps.broker.catalog.streams.find(archiveStream(archive));
    if (stream === undefined) return this.#fail(replay, 'The archive does not exist any more.');
    const { position } = replay.value;
    return position === undefined
      ? this.#begin(replay, stream.entity)
      : this.#page(replay, stream.entity, position);
  }

  async #begin(replay: Replay, stream: number): Promise<Step> {
    const found = await positionAt(this.#deps.broker, stream, replay.value.fromMs);
    if (!found.ok) return this.#failed(replay, found.error);
    return this.#put(replay, { state: 'RUNNING', position: found.value });
  }

  async #page(replay: Replay, stream: number, from: number): Promise<Step> {
    const page = await readArchive(this.#deps.broker, stream, from);
    if (!page.ok) return this.#failed(replay, page.error);
    const { events, nextSequence } = page.value;
    const wanted = events.filter(({ arrivedAtMs }) => arrivedAtMs < replay.value.toMs);
    const error = await this.#publishAll(replay, wanted);
    if (error !== undefined) return this.#failed(replay, error);
    const lastReplayedMs = wanted.at(-1)?.arrivedAtMs ?? replay.value.lastReplayedMs;
    const progress = { position: nextSequence, lastReplayedMs };
    if (events.length > 0 && wanted.length === events.length) return this.#put(replay, progress);
    return this.#end(replay, { ...progress, state: 'COMPLETED' });
  }

  /** One command each, in order: they share a commit, and each is known by its own sequence. */
  async #publishAll(replay: Replay, wanted: readonly ArchivedEvent[]): Promise<BrokerError | undefined> {
    const { broker } = this.#deps;
    const address = parseBusArn(replay.value.destinationArn)!;
    const topic = broker.catalog.topics.find(busTopicName(address, address.bus));
    const entity = topic?.entity ?? 0;
    const bindings = this.#bindings(replay);
    const replies = await Promise.all(
      wanted.map((event) => this.#ask(publishOf(replay, event, { entity, bindings }))),
    );
    for (const reply of replies) if (reply.kind === 'error') return reply.error;
    return undefined;
  }

  #bindings({ value }: Replay): readonly number[] | undefined {
    const { bindings } = this.#deps.broker.catalog;
    return value.filterArns?.flatMap((arn) => {
      const rule = parseRuleArn(arn);
      const binding = rule && bindings.find(ruleBindingName(rule, rule.rule));
      return binding === undefined ? [] : [binding.entity];
    });
  }

  /** What cannot pass by itself ends the replay; the rest is tried again. */
  #failed(replay: Replay, error: BrokerError): Promise<Step> | Step {
    if (error.code === 'shutting_down') return 'done';
    return error.isRetryable ? 'later' : this.#fail(replay, error.message);
  }

  #fail(replay: Replay, stateReason: string): Promise<Step> {
    return this.#end(replay, { state: 'FAILED', stateReason });
  }

  #end(replay: Replay, change: Partial<ReplayValue>): Promise<Step> {
    return this.#put(replay, { ...change, endedAtMs: this.#deps.nowMs() });
  }

  /** Where it was cancelled meanwhile, the next step sees that. */
  async #put({ definition, value }: Replay, change: Partial<ReplayValue>): Promise<Step> {
    const { name, revision } = definition;
    const next = plain({ ...value, ...change });
    const reply = await this.#ask({ kind: 'putDocument', name, expectedRevision: revision, value: next });
    if (reply.kind !== 'error' || reply.error.code === 'revision_conflict') return 'more';
    return reply.error.isRetryable && reply.error.code !== 'shutting_down' ? 'later' : 'done';
  }

  #ask(command: Command): Promise<Reply> {
    return new Promise((resolve) => {
      this.#deps.broker.submit(command, { reveal: resolve, isOpen: () => true });
    });
  }
}

type Step = 'more' | 'later' | 'done';

function publishOf(
  { name, definition }: Replay,
  { sequence, text }: ArchivedEvent,
  to: { readonly entity: number; readonly bindings: readonly number[] | undefined },
): Publish {
  const { entity, bindings } = to;
  const body = replayedText(text, name);
  const id = (JSON.parse(text) as { readonly id: string }).id;
  return {
    kind: 'publish',
    entity,
    messages: [{ body, attributes: [], id, sender: 'replay' }],
    once: { key: definition.entity, sequence: sequence + 1 },
    ...(bindings === undefined ? {} : { bindings, isMatched: true }),
  };
}
