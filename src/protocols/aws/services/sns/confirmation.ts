// Asks an endpoint whether it wants a subscription, or wants it back: a publication through that one
// binding, which the delivery side turns into the envelope. What it says beside the token follows from the
// binding.
import type { BindingDefinition } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { expectReply } from './reply.ts';
import type { Sns } from './sns.ts';

export type ConfirmationKind = 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

/** Marks a publication whose body is a token. No client can give this name: it may hold no colon. */
export const confirmationAttribute = 'caudal:confirmation';

export async function askEndpoint(
  sns: Sns,
  call: Call,
  binding: BindingDefinition,
  kind: ConfirmationKind,
): Promise<void> {
  const token = sns.tokens.issue({
    binding: binding.entity,
    purpose: kind === 'SubscriptionConfirmation' ? 'confirm' : 'restore',
    issuedAtMs: sns.clock.nowMs(),
  });
  const message = {
    body: token,
    attributes: [{ name: confirmationAttribute, type: 'String', value: kind }],
    // Queues of ordered topics take nothing without a group.
    group: 'confirmation',
    sender: call.principal.id,
  };
  const bindings = [binding.entity];
  expectReply(
    await call.run({ kind: 'publish', entity: binding.topic, messages: [message], bindings }),
    'published',
  );
}
