// The stream cells of a broker: routes what is about a stream to the cell that holds it. Called by the
// broker.
import type { CellDeps, RunningCell } from './cell/cell-set.ts';
import { runCell } from './cell/cell-set.ts';
import type { ReplySink, Subscription } from './command.ts';
import { noSink } from './command.ts';
import type { GroupCommand, GroupQuery } from './group-types.ts';
import type { FollowShard, StreamCommand, StreamDefinition, StreamQuery } from './stream-types.ts';
import type { ViewCommand } from './view-types.ts';
import type { SendToCell } from './queue/outbox.ts';
import { handOver } from './queue/outbox.ts';
import { streamNotFound } from './stream/errors.ts';
import { streamReclaimGuide } from './stream/live.ts';
import type { StreamCellCommand } from './stream/machine.ts';
import { StreamMachine } from './stream/machine.ts';
import { describeShards } from './stream/read.ts';
import { foldFromEmpty, hashState } from './stream/recovery.ts';

type StreamCell = RunningCell<StreamCellCommand, StreamMachine>;

const noSubscription: Subscription = { grant: () => {}, cancel: () => {} };

export class StreamCells {
  readonly cells: StreamCell[] = [];
  readonly #deps: CellDeps;

  constructor(deps: CellDeps) {
    this.#deps = deps;
  }

  async open(cellCount: number): Promise<void> {
    const { storage, catalog } = this.#deps;
    for (let index = 0; index < cellCount; index++) {
      const name = `stream-${index}`;
      const log = await storage.openCell(name);
      const machine = new StreamMachine({
        catalog,
        submitHere: (trim) => this.cells[index]?.cell.submit(trim, noSink),
        uncommittedBytes: () => this.cells[index]?.cell.uncommittedBytes ?? 0,
      });
      const guide = streamReclaimGuide(() => machine.context);
      this.cells.push(runCell(this.#deps, name, log, { machine, guide }));
    }
  }

  submit(command: StreamCommand | GroupCommand | ViewCommand, sink: ReplySink): void {
    const found = this.#cellOf(command.entity);
    if (found === undefined) sink.reveal(streamNotFound);
    else found.cell.submit(command, sink);
  }

  /** Reads and positions are of the committed state and wait for nobody; shards may have just changed. */
  query(query: StreamQuery | GroupQuery, sink: ReplySink): void {
    const found = this.#cellOf(query.entity);
    if (found === undefined) return sink.reveal(streamNotFound);
    const { cell, machine } = found;
    switch (query.kind) {
      case 'readStream':
        return machine.readers.read(query, sink);
      case 'findPosition':
        return machine.readers.position(query, sink);
      case 'streamStats':
        return sink.reveal(machine.stats(query.entity));
      case 'describeGroup':
      case 'listGroups':
        return cell.query(() => machine.groups(query), sink);
      case 'listShards':
        return cell.query(() => describeShards(machine.context, query.entity), sink);
    }
  }

  follow(follow: FollowShard, sink: ReplySink): Subscription {
    const machine = this.#cellOf(follow.entity)?.machine;
    const followed = machine?.readers.follow(follow, sink) ?? { refusal: streamNotFound };
    if (machine === undefined || 'refusal' in followed) {
      if ('refusal' in followed) sink.reveal(followed.refusal);
      return noSubscription;
    }
    return {
      grant: (pushes) => machine.readers.followers.grant(followed, pushes),
      cancel: () => machine.readers.followers.cancel(followed),
    };
  }

  cancel(sink: ReplySink): void {
    for (const { machine } of this.cells) machine.cancel(sink);
  }

  /** Publications of queue cells. */
  readonly take: SendToCell = (cell, command, answer) => handOver(this.cells[cell]?.cell, command, answer);

  /** Whether the stream's cell has made its shards. */
  has({ cell, entity }: StreamDefinition): boolean {
    return this.cells[cell]?.machine.state.stream(entity) !== undefined;
  }

  get followerCount(): number {
    return this.cells.reduce((sum, { machine }) => sum + machine.readers.followers.count, 0);
  }

  /** Tests: of the state as it is, and as its log alone makes it. */
  hashes(): string[] {
    return this.cells.map(({ machine }) => hashState(machine.state));
  }
  replayHashes(): string[] {
    return this.cells.map(({ cell }) => hashState(foldFromEmpty(cell.log)));
  }

  #cellOf(entity: number): StreamCell | undefined {
    const definition = this.#deps.catalog.streams.byEntity(entity);
    return definition === undefined ? undefined : this.cells[definition.cell];
  }
}
