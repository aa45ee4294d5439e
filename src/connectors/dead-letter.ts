// Hands a message that is given up to the queue for dead letters of its source. Called by push watchers
// before they settle it: a crash between the two repeats the dead letter, and loses none.
import type { Broker, Command, Delivery, OutgoingMessage, QueueDefinition, Reply } from '../broker/index.ts';
import type { DeadLetterRoute, GivenUp } from './driver.ts';

/** `kept`: the queue takes none now; the message has to stay where it is. `gone`: there is no such queue. */
export type DeadLetterResult = 'sent' | 'kept' | 'gone' | 'refused';

export async function sendDeadLetter(
  broker: Broker,
  route: DeadLetterRoute,
  delivery: Delivery,
  givenUp: GivenUp,
): Promise<DeadLetterResult> {
  const queue = broker.catalog.find(route.queue);
  if (queue === undefined) return 'gone';
  const message = forQueue(queue, await route.message(delivery, givenUp), delivery);
  const reply = await ask(broker, { kind: 'send', entity: queue.entity, messages: [message] });
  if (reply.kind === 'sent') return 'sent';
  if (reply.kind !== 'error' || reply.error.code === 'queue_not_found') return 'gone';
  return reply.error.isRetryable ? 'kept' : 'refused';
}

/** Ordered and deduplicating queues need what the message may lack; repeats are then dropped there. */
function forQueue(queue: QueueDefinition, message: OutgoingMessage, delivery: Delivery): OutgoingMessage {
  const { ordering, dedup } = queue.settings;
  const group = message.group ?? (ordering === 'group' ? delivery.message.id : undefined);
  const dedupId = message.dedupId ?? (dedup === 'none' ? undefined : delivery.message.id);
  return { ...message, group, dedupId };
}

/** The core answers every command, also while it shuts down. */
export function ask(broker: Broker, command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}
