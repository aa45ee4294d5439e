// Goal: the examples keep their word. Each starts a daemon of its own, checks its own end, and exits with 1
// when something is lost, comes where it should not, or does not come at all.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const examples = resolve(import.meta.dirname, '../../examples');
const runMs = 55_000;

interface Told {
  readonly code: number | null;
  readonly story: string;
}

function run(name: string): Promise<Told> {
  const child = spawn('sh', [`${examples}/${name}/run.sh`], {
    env: { ...process.env, CAUDAL_NODE: process.execPath },
    timeout: runMs,
  });
  let story = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (story += text));
  return new Promise((settle) => child.once('close', (code) => settle({ code, story })));
}

test('clinic: a killed worker and a killed daemon lose nothing', async () => {
  const { code, story } = await run('clinic');
  expect([code, story]).toEqual([0, expect.stringContaining('Nothing was lost.')]);
  expect(story).toContain('The daemon was killed with -9');
});

test('shop: order per customer, redrive, and a text for each big order', async () => {
  const { code, story } = await run('shop');
  expect([code, story]).toEqual([0, expect.stringContaining('every big one was told.')]);
});
