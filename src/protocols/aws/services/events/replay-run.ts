// Runs replays: reads an archive page by page and publishes what is in the window, each event once even if
// the daemon is killed in between: progress is in the replay's document, and the core knows by its entity and
// the end of the page what was published already. Started by StartReplay, and by the service for those that
// a stop cut.
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../../../../base/limits.ts';
import type { Logger } from '../../../../base/log.ts';
import type { Broker, BrokerError, Command, Publication, Publish, Reply } from '../../../../broker/index.ts';
import { archiveOfArn, archiveStream } from './archive.ts';
import { type ArchivedEvent, type ArchivePage, type Asked, positionAt, readArchive } from './archive-read.ts';
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

  /** What comes into the archive from here on is not replayed, whatever the window's end. */
  async #begin(replay: Replay, stream: number): Promise<Step> {
    const { fromMs, toMs } = replay.value;
    const from = await positionAt(this.#deps.broker, stream, fromMs);
    if (!from.ok) return this.#failed(replay, from.error);
    const end = await positionAt(this.#deps.broker, stream, toMs);
    if (!end.ok) return this.#failed(replay, end.error);
    return this.#put(replay, { state: 'RUNNING', position: from.value, endPosition: end.value });
  }

  async #page(replay: Replay, stream: number, from: number): Promise<Step> {
    const { endPosition = from } = replay.value;
    if (from >= endPosition) return this.#end(replay, { state: 'COMPLETED' });
    const end = pageEnd(from, endPosition);
    const page = await this.#read(stream, from, end);
    if (!page.ok) return this.#failed(replay, page.error);
    const { events, nextSequence: position } = page.value;
    if (events.length > 0) {
      const reply = await this.#ask(this.#publishOf(replay, events, end));
      if (reply.kind === 'error') return this.#failed(replay, reply.error);
    }
    const lastReplayedMs = events.at(-1)?.arrivedAtMs ?? replay.value.lastReplayedMs;
    return this.#put(replay, { position, lastReplayedMs });
  }

  /** All events of a page: large ones come in more than one read. */
  async #read(stream: number, from: number, end: number): Promise<Asked<ArchivePage>> {
    const events: ArchivedEvent[] = [];
    for (let at = from; at < end;) {
      const read = await readArchive(this.#deps.broker, stream, at);
      if (!read.ok) return read;
      const found = read.value.events;
      for (const event of found) if (event.sequence < end) events.push(event);
      if (found.length === 0) break;
      at = read.value.nextSequence;
    }
    return { ok: true, value: { events, nextSequence: end } };
  }

  #publishOf(replay: Replay, events: readonly ArchivedEvent[], end: number): Publish {
    const { catalog } = this.#deps.broker;
    const address = parseBusArn(replay.value.destinationArn);
    const topic = address && catalog.topics.find(busTopicName(address, address.bus));
    const bindings = this.#bindings(replay);
    return {
      kind: 'publish',
      entity: topic?.entity ?? 0,
      messages: events.map((event) => publicationOf(replay.name, event)),
      once: { key: replay.definition.entity, sequence: end },
      ...(bindings === undefined ? {} : { bindings, isMatched: true }),
    };
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

/**
 * Pages end at fixed sequences, so that one that is read again after a crash is the same page, and the core
 * sees that it was published.
 */
function pageEnd(from: number, endPosition: number): number {
  const size = limits.eventsReplayPageMax;
  return Math.min((Math.floor(from / size) + 1) * size, endPosition);
}

function publicationOf(replay: string, { text }: ArchivedEvent): Publication {
  const { id } = JSON.parse(text) as { readonly id: string };
  return { body: replayedText(text, replay), attributes: [], id, sender: 'replay' };
}
