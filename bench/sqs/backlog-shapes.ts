// The four backlogs that a daemon has to carry in flat memory: how many messages, in which queues, and what
// is done to them before the measuring starts. Data only.
import type { WorkloadSpec } from '../generator/workload.ts';
import type { Attributes } from './api.ts';
import { highThroughputFifo } from './throughput.ts';

export interface BacklogShape {
  readonly name: string;
  readonly messageCount: number;
  readonly queueName: string;
  readonly queueCount: number;
  readonly attributes: Attributes;
  readonly groupCount: number;
  /** Every message is received once and its lease expires before the measuring starts. */
  readonly isReceivedOnce: boolean;
}

const million = 1_000_000;

export const backlogShapes: readonly BacklogShape[] = [
  {
    name: 'one-queue',
    messageCount: 10 * million,
    queueName: 'deep',
    queueCount: 1,
    attributes: {},
    groupCount: 0,
    isReceivedOnce: false,
  },
  {
    name: 'many-queues',
    messageCount: 10 * million,
    queueName: 'deep-',
    queueCount: 10_000,
    attributes: {},
    groupCount: 0,
    isReceivedOnce: false,
  },
  {
    name: 'fifo-groups',
    messageCount: million,
    queueName: 'deep.fifo',
    queueCount: 1,
    attributes: highThroughputFifo,
    groupCount: 200_000,
    isReceivedOnce: false,
  },
  {
    name: 'received-once',
    messageCount: 10 * million,
    queueName: 'deep-',
    queueCount: 100,
    attributes: {},
    groupCount: 0,
    isReceivedOnce: true,
  },
];

/** A shape at a share of its size: fewer queues or groups, each as deep as at full size. */
export function scaled(shape: BacklogShape, scale: number): BacklogShape {
  return {
    ...shape,
    messageCount: Math.ceil((shape.messageCount * scale) / 1000) * 1000,
    queueCount: shape.queueCount === 1 ? 1 : Math.max(2, Math.ceil(shape.queueCount * scale)),
    groupCount: Math.ceil(shape.groupCount * scale),
  };
}

/** The load fields that name the shape's queues and messages. */
export function shapeLoad(shape: BacklogShape, queueUrl: string): Omit<WorkloadSpec, 'kind'> {
  return {
    queueUrl,
    queueCount: shape.queueCount,
    groupCount: shape.groupCount,
    ledger: `backlog-${shape.name}`,
  };
}
