// Phone numbers as the core keeps them: those that opted out, those of the sandbox, the settings of text
// messages, all as documents of the owner's room.
import { documentName } from './names.ts';
import type { Sns } from './sns.ts';
import type { ResourceName } from '../../../../broker/index.ts';

export const optOutPrefix = 'sns/opt-out/';
export const sandboxPrefix = 'sns/sandbox/';

export function optOutName(namespace: string, phone: string): ResourceName {
  return documentName(namespace, `${optOutPrefix}${phone}`);
}

export function sandboxName(namespace: string, phone: string): ResourceName {
  return documentName(namespace, `${sandboxPrefix}${phone}`);
}

export function smsSettingsName(namespace: string): ResourceName {
  return documentName(namespace, 'sns/sms');
}

export function hasOptedOut({ broker }: Pick<Sns, 'broker'>, namespace: string, phone: string): boolean {
  return broker.catalog.documents.find(optOutName(namespace, phone)) !== undefined;
}
