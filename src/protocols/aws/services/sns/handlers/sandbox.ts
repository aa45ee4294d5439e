// The SMS sandbox: numbers to be verified. No code is ever sent, so any of five to eight digits verifies. The
// account itself is out of the sandbox: whatever gateway is configured may be used for every number.
import type { Call } from '../../../engine/service.ts';
import { changeDocument } from '../change.ts';
import { resourceNotFound, verificationFailed } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { pageOf, pageSize } from '../paging.ts';
import { sandboxName, sandboxPrefix } from '../phones.ts';
import type { Sns } from '../sns.ts';
import { resourceIn, roomOf } from '../topic.ts';
import { remove } from './applications.ts';
import { checkedPhone } from './sms.ts';

export function getSandboxStatus(call: Call): SnsOutput<'GetSMSSandboxAccountStatus'> {
  call.authorize('sns:GetSMSSandboxAccountStatus', resourceIn(call, '*'));
  return { IsInSandbox: false };
}

export async function createSandboxNumber(
  sns: Sns,
  input: SnsInput<'CreateSMSSandboxPhoneNumber'>,
  call: Call,
): Promise<object> {
  call.authorize('sns:CreateSMSSandboxPhoneNumber', resourceIn(call, '*'));
  const name = sandboxName(roomOf(call), checkedPhone(input.PhoneNumber));
  await changeDocument(sns, call, name, (current) =>
    current === undefined ? { value: { Status: 'Pending' } } : undefined,
  );
  return {};
}

export async function verifySandboxNumber(
  sns: Sns,
  input: SnsInput<'VerifySMSSandboxPhoneNumber'>,
  call: Call,
): Promise<object> {
  call.authorize('sns:VerifySMSSandboxPhoneNumber', resourceIn(call, '*'));
  if (!/^\d{5,8}$/.test(input.OneTimePassword)) throw verificationFailed('The one-time password is invalid');
  const name = sandboxName(roomOf(call), checkedPhone(input.PhoneNumber));
  await changeDocument(sns, call, name, (current) => {
    if (current === undefined) throw unknownNumber();
    return { value: { Status: 'Verified' } };
  });
  return {};
}

export async function deleteSandboxNumber(
  sns: Sns,
  input: SnsInput<'DeleteSMSSandboxPhoneNumber'>,
  call: Call,
): Promise<object> {
  call.authorize('sns:DeleteSMSSandboxPhoneNumber', resourceIn(call, '*'));
  const name = sandboxName(roomOf(call), checkedPhone(input.PhoneNumber));
  const found = sns.broker.catalog.documents.find(name);
  if (found === undefined) throw unknownNumber();
  await remove(call, found.entity);
  return {};
}

export function listSandboxNumbers(
  sns: Sns,
  input: SnsInput<'ListSMSSandboxPhoneNumbers'>,
  call: Call,
): SnsOutput<'ListSMSSandboxPhoneNumbers'> {
  call.authorize('sns:ListSMSSandboxPhoneNumbers', resourceIn(call, '*'));
  const query = { namespace: roomOf(call), prefix: sandboxPrefix };
  const page = pageOf(sns, call, {
    token: input.NextToken,
    size: input.MaxResults ?? pageSize,
    read: (after, limit) =>
      sns.broker.catalog.documents.list({ ...query, limit, ...(after === undefined ? {} : { after }) }),
    positionOf: ({ name }) => name.name,
  });
  return {
    PhoneNumbers: page.items.map(({ name, value }) => ({
      PhoneNumber: name.name.slice(sandboxPrefix.length),
      Status: (value as { readonly Status: string }).Status,
    })),
    NextToken: page.nextToken,
  };
}

function unknownNumber(): Error {
  return resourceNotFound('The phone number does not exist in the sandbox');
}
