// Run by lock.test.ts as a process of its own: opens a data directory, says so, and holds it until it is
// killed.
import { writeSync } from 'node:fs';
import { openLmdbStorage, StorageError } from '../../src/storage/index.ts';

const [directory = ''] = process.argv.slice(2);
try {
  await openLmdbStorage({ directory });
  writeSync(1, 'opened\n');
  setInterval(() => {}, 1000);
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
  writeSync(1, `${error.code}: ${error.message}\n`);
}
