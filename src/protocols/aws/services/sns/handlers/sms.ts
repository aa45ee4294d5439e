// Text messages: their settings, numbers that opted out, origination numbers (there are none here).
import type { Call } from '../../../engine/service.ts';
import { changeDocument } from '../change.ts';
import { phonePattern } from '../endpoints.ts';
import { invalidParameter, invalidSmsAttribute } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { pageOf } from '../paging.ts';
import { optOutName, optOutPrefix, smsSettingsName } from '../phones.ts';
import type { Sns } from '../sns.ts';
import { resourceIn, roomOf } from '../topic.ts';
import { remove } from './applications.ts';

const settingNames: ReadonlySet<string> = new Set([
  'MonthlySpendLimit',
  'DeliveryStatusIAMRole',
  'DeliveryStatusSuccessSamplingRate',
  'DefaultSenderID',
  'DefaultSMSType',
  'UsageReportS3Bucket',
]);
const defaults = { MonthlySpendLimit: '1' };

export async function setSmsAttributes(
  sns: Sns,
  input: SnsInput<'SetSMSAttributes'>,
  call: Call,
): Promise<object> {
  call.authorize('sns:SetSMSAttributes', resourceIn(call, '*'));
  for (const [name, text] of Object.entries(input.attributes)) {
    if (!settingNames.has(name)) throw invalidSmsAttribute(`${name} is not a valid attribute`);
    const isType = text === 'Promotional' || text === 'Transactional';
    if (name === 'DefaultSMSType' && !isType) throw invalidSmsAttribute('DefaultSMSType is invalid');
  }
  await changeDocument(sns, call, smsSettingsName(roomOf(call)), (current) => ({
    value: { ...(current?.value as object | undefined), ...input.attributes },
  }));
  return {};
}

export function getSmsAttributes(
  sns: Sns,
  input: SnsInput<'GetSMSAttributes'>,
  call: Call,
): SnsOutput<'GetSMSAttributes'> {
  call.authorize('sns:GetSMSAttributes', resourceIn(call, '*'));
  const settings = sns.broker.catalog.documents.find(smsSettingsName(roomOf(call)));
  const all: Record<string, string> = { ...defaults, ...(settings?.value as object | undefined) };
  const asked = input.attributes ?? [];
  if (asked.length === 0) return { attributes: all };
  return { attributes: Object.fromEntries(Object.entries(all).filter(([name]) => asked.includes(name))) };
}

export function checkOptedOut(
  sns: Sns,
  input: SnsInput<'CheckIfPhoneNumberIsOptedOut'>,
  call: Call,
): SnsOutput<'CheckIfPhoneNumberIsOptedOut'> {
  call.authorize('sns:CheckIfPhoneNumberIsOptedOut', resourceIn(call, '*'));
  const name = optOutName(roomOf(call), checkedPhone(input.phoneNumber));
  return { isOptedOut: sns.broker.catalog.documents.find(name) !== undefined };
}

export async function optIn(sns: Sns, input: SnsInput<'OptInPhoneNumber'>, call: Call): Promise<object> {
  call.authorize('sns:OptInPhoneNumber', resourceIn(call, '*'));
  const name = optOutName(roomOf(call), checkedPhone(input.phoneNumber));
  const optedOut = sns.broker.catalog.documents.find(name);
  if (optedOut !== undefined) await remove(call, optedOut.entity);
  return {};
}

export function checkedPhone(phone: string): string {
  if (phonePattern.test(phone)) return phone;
  throw invalidParameter('PhoneNumber Reason: input incorrectly formatted');
}

export function listOptedOut(
  sns: Sns,
  input: SnsInput<'ListPhoneNumbersOptedOut'>,
  call: Call,
): SnsOutput<'ListPhoneNumbersOptedOut'> {
  call.authorize('sns:ListPhoneNumbersOptedOut', resourceIn(call, '*'));
  const query = { namespace: roomOf(call), prefix: optOutPrefix };
  const page = pageOf(sns, call, {
    token: input.nextToken,
    parameter: 'nextToken',
    read: (after, limit) =>
      sns.broker.catalog.documents.list({ ...query, limit, ...(after === undefined ? {} : { after }) }),
    positionOf: ({ name }) => name.name,
  });
  return {
    phoneNumbers: page.items.map(({ name }) => name.name.slice(optOutPrefix.length)),
    nextToken: page.nextToken,
  };
}

export function listOriginationNumbers(call: Call): SnsOutput<'ListOriginationNumbers'> {
  call.authorize('sns:ListOriginationNumbers', resourceIn(call, '*'));
  return { PhoneNumbers: [] };
}
