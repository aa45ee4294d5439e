// Drives the log's reclaiming, one bounded piece at a time, between commits.
import type { ReclaimGuide } from '../../storage/types.ts';
import type { Cell } from './cell.ts';

/** Pause between looking whether there is something to reclaim. */
const IDLE_TICKS = 10;

export class Reclaimer {
  readonly #cell: Pick<Cell<unknown>, 'log' | 'barrier'>;
  readonly #guide: ReclaimGuide;
  #running: Promise<void> | undefined;
  #isPaused = false;
  #ticks = 0;

  constructor(cell: Pick<Cell<never>, 'log' | 'barrier'>, guide: Omit<ReclaimGuide, 'barrier'>) {
    this.#cell = cell;
    this.#guide = { ...guide, barrier: () => cell.barrier() };
  }

  tick(): void {
    if (this.#isPaused || this.#running !== undefined || ++this.#ticks % IDLE_TICKS !== 0) return;
    this.#running = this.#run().finally(() => (this.#running = undefined));
  }

  /** Resolves when nothing is being reclaimed; nothing will be until `resume`. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#running;
  }
  resume(): void {
    this.#isPaused = false;
  }

  async #run(): Promise<void> {
    while (!this.#isPaused && (await this.#cell.log.reclaim(this.#guide))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
