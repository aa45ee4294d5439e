// Goal: clients that ask for much and read nothing cost a bounded amount of memory, whoever reads is served
// meanwhile, and a message that could not be handed to such a client is as if it had never been received.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReceiveReply } from '../../src/broker/index.ts';
import type { HttpReply } from '../../src/net/index.ts';
import { listenHttp } from '../../src/net/index.ts';
import { SqsClient } from '../crash/client.ts';
import { Desk } from '../model/desk.ts';
import { resourceName } from '../model/scenario.ts';
import { System } from '../model/system.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const MiB = 1024 * 1024;
const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Writes and never reads. */
function connectDeaf(port: number, bytes: string): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.pause();
  socket.on('error', () => {});
  socket.write(bytes);
  ends.push(() => void socket.destroy());
  return socket;
}

describe('a listener', () => {
  it('says when too much is unread, and lets go of those who do not read', async () => {
    const bodyBytes = 300_000;
    const room: (boolean | undefined)[] = [];
    let late: HttpReply | undefined;
    const limits = { unsentBytesMax: 4 * MiB, crowdedStallMs: 50, headerTimeoutMs: 200 };
    const listener = await listenHttp({
      host: '127.0.0.1',
      port: 0,
      engine: 'front',
      limits,
      handler: (request, reply) => {
        if (request.path === '/late') {
          late = reply;
          return;
        }
        room.push(reply.hasRoom);
        reply.send(200, [], Buffer.alloc(reply.hasRoom === true ? bodyBytes : 1));
      },
    });
    ends.push(() => listener.close(0));
    const ask = 'GET /big HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(60);
    // The kernel holds some megabytes of each connection, too.
    for (let i = 0; i < 64; i++) connectDeaf(listener.port, ask);
    await expect.poll(() => room.includes(false), { timeout: 5_000 }).toBe(true);
    // Some of those who are in the way go, and there is room again.
    await expect.poll(() => listener.connectionCount(), { timeout: 10_000 }).toBeLessThan(64);
    connectDeaf(listener.port, 'GET /late HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(() => late?.hasRoom, { timeout: 10_000 }).toBe(true);
  });
});

describe('the core', () => {
  it('puts back what a client has no room for, as if never received, and says so', async () => {
    const system = await System.start(1, 1);
    ends.push(() => system.stop());
    const desk = new Desk(system);
    await desk.create('dead');
    const queue = await desk.create('q', { deadLetter: { target: resourceName('dead'), maxReceives: 1 } });
    await desk.send(queue, ['a', 'b']);
    const full = desk.receiving(queue);
    Object.assign(full, { hasRoom: () => false });
    await system.answers([full]);
    expect(full.reply).toMatchObject({ kind: 'error', error: { code: 'throttled' } });
    await system.quiet();
    const next = desk.receiving(queue);
    await system.answers([next]);
    expect((next.reply as ReceiveReply).deliveries[0]).toMatchObject({ receiveCount: 1 });
  });
});

describe('a daemon', () => {
  const connections = 16;
  const pipelined = 32;
  const bodyBytes = 256 * 1024;

  it('keeps its memory when nobody reads what everybody asks for', async () => {
    const daemon = await startDaemon({ flags: ['--auth', 'none'] });
    ends.push(() => daemon.stop());
    const client = new SqsClient(daemon.endpoint);
    ends.push(() => client.close());
    const QueueUrl = await client.createQueue('large');
    const MessageBody = 'x'.repeat(bodyBytes);
    for (let i = 0; i < 40; i++) await client.call('SendMessage', { QueueUrl, MessageBody });
    const before = anonymousMiB(daemon);
    const ask = requestOf({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    const port = Number(new URL(daemon.endpoint).port);
    for (let i = 0; i < connections; i++) connectDeaf(port, ask.repeat(pipelined));
    const served = client.call('SendMessage', { QueueUrl, MessageBody: 'still served' });
    let most = 0;
    // Until it has not grown for two seconds, and at the longest for 30.
    for (let calm = 0, i = 0; calm < 40 && i < 600; calm++, i++) {
      await pause(50);
      const now = anonymousMiB(daemon) - before;
      if (now > most) calm = 0;
      most = Math.max(most, now);
    }
    await served;
    // All that was asked for is 1,280 MiB.
    expect(most).toBeLessThan(600);
  });
});

function requestOf(input: object): string {
  const body = JSON.stringify(input);
  return [
    'POST / HTTP/1.1',
    'Host: a',
    'Content-Type: application/x-amz-json-1.0',
    'X-Amz-Target: AmazonSQS.ReceiveMessage',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

function anonymousMiB(daemon: Daemon): number {
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
