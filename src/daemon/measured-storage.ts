// Measures commits around the log, so that neither storage nor broker knows of metrics: each cell's log is
// wrapped when it is opened, and whoever listens hears how long an append took. One clock read per commit.
import type { CommitTimes } from '../protocols/admin/index.ts';
import type { CellLog, Storage } from '../storage/types.ts';

export function measureCommits(storage: Storage, times: CommitTimes): Storage {
  const open = storage.openCell.bind(storage);
  storage.openCell = async (name) => measureLog(await open(name), name, times);
  return storage;
}

// The object itself is changed, not wrapped: reads of the hot path stay as direct as they were.
function measureLog(log: CellLog, cell: string, times: CommitTimes): CellLog {
  const append = log.append.bind(log);
  log.append = async (batch, expected) => {
    const startMs = performance.now();
    const position = await append(batch, expected);
    times.onCommit?.(cell, (performance.now() - startMs) / 1000);
    return position;
  };
  return log;
}
