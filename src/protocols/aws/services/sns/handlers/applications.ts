// Platform applications: CreatePlatformApplication and what is done with one. Credentials are kept as they
// came and never shown; whether they are good shows when something is pushed.
import type { Call } from '../../../engine/service.ts';
import {
  applicationName,
  type Attributed,
  attributedOf,
  endpointPrefix,
  findApplication,
  parseApplicationArn,
  documentArn,
} from '../application.ts';
import { changeDocument } from '../change.ts';
import { applicationNotFound, invalidParameter } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { pageOf } from '../paging.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import { resourceIn, roomOf } from '../topic.ts';

const platforms: ReadonlySet<string> = new Set([
  'ADM',
  'APNS',
  'APNS_SANDBOX',
  'APNS_VOIP',
  'APNS_VOIP_SANDBOX',
  'BAIDU',
  'FCM',
  'GCM',
  'MACOS',
  'MACOS_SANDBOX',
  'MPNS',
  'WNS',
]);
const attributeNames: ReadonlySet<string> = new Set([
  'PlatformCredential',
  'PlatformPrincipal',
  'EventEndpointCreated',
  'EventEndpointDeleted',
  'EventEndpointUpdated',
  'EventDeliveryFailure',
  'SuccessFeedbackRoleArn',
  'FailureFeedbackRoleArn',
  'SuccessFeedbackSampleRate',
  'ApplePlatformTeamID',
  'ApplePlatformBundleID',
  'Enabled',
]);
/** Set, and not shown. */
const secrets: ReadonlySet<string> = new Set(['PlatformCredential', 'PlatformPrincipal']);

export async function createApplication(
  sns: Sns,
  input: SnsInput<'CreatePlatformApplication'>,
  call: Call,
): Promise<SnsOutput<'CreatePlatformApplication'>> {
  const { Name: name, Platform: platform, Attributes: given } = input;
  checkName(name);
  if (!platforms.has(platform)) throw invalidParameter(`Platform Reason: ${platform} is not supported`);
  checkAttributes(given);
  checkCredential(platform, given);
  call.authorize('sns:CreatePlatformApplication', resourceIn(call, `app/${platform}/${name}`));
  const document = applicationName(roomOf(call), platform, name);
  await changeDocument(sns, call, document, (current) =>
    current === undefined ? { value: { Enabled: 'true', ...given } } : undefined,
  );
  return { PlatformApplicationArn: documentArn(document) };
}

function checkName(name: string): void {
  const bad = (what: string): Error => invalidParameter(`${name} Reason: ${what}`);
  if (name === '') throw bad('cannot be empty');
  if (name.length > 256) throw bad('must be at most 256 characters long');
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw bad("must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'");
  }
}

function checkAttributes(given: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(given)) {
    if (!attributeNames.has(name))
      throw invalidParameter(`Attributes Reason: Invalid attribute name: ${name}`);
  }
}

/** Google's platforms have no principal; the others need both or neither of them is worth anything. */
function checkCredential(platform: string, given: Readonly<Record<string, string>>): void {
  const { PlatformCredential: credential, PlatformPrincipal: principal } = given;
  if (platform === 'GCM' || platform === 'FCM') {
    if (credential === undefined)
      throw invalidParameter('Attributes Reason: Platform credential is required');
    return;
  }
  if (credential !== undefined && principal === undefined) {
    throw invalidParameter(
      'Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal',
    );
  }
  if (credential === undefined && principal !== undefined) {
    throw invalidParameter(
      'Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential',
    );
  }
  if (credential === undefined) throw invalidParameter('PlatformCredential');
}

export function openApplication(sns: Sns, call: Call, text: string, action: string): Attributed {
  const place = parseApplicationArn(text);
  if (place === undefined || place.arn.region !== call.region)
    throw invalidParameter('PlatformApplicationArn');
  const { arn, namespace, platform, application } = place;
  const found = findApplication(sns, namespace, platform, application);
  if (found === undefined) throw applicationNotFound();
  call.authorize(action, { arn: arn.text, account: arn.account });
  return found;
}

function shown({ attributes }: Attributed): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !secrets.has(name)));
}

export function getApplicationAttributes(
  sns: Sns,
  input: SnsInput<'GetPlatformApplicationAttributes'>,
  call: Call,
): SnsOutput<'GetPlatformApplicationAttributes'> {
  const action = 'sns:GetPlatformApplicationAttributes';
  return { Attributes: shown(openApplication(sns, call, input.PlatformApplicationArn, action)) };
}

export async function setApplicationAttributes(
  sns: Sns,
  input: SnsInput<'SetPlatformApplicationAttributes'>,
  call: Call,
): Promise<object> {
  const action = 'sns:SetPlatformApplicationAttributes';
  const { definition } = openApplication(sns, call, input.PlatformApplicationArn, action);
  checkAttributes(input.Attributes);
  await changeDocument(sns, call, definition.name, (current) => {
    if (current === undefined) throw applicationNotFound();
    return { value: { ...(current.value as object), ...input.Attributes } };
  });
  return {};
}

export function listApplications(
  sns: Sns,
  input: SnsInput<'ListPlatformApplications'>,
  call: Call,
): SnsOutput<'ListPlatformApplications'> {
  call.authorize('sns:ListPlatformApplications', resourceIn(call, '*'));
  const { documents } = sns.broker.catalog;
  const query = { namespace: roomOf(call), prefix: 'sns/app/' };
  const page = pageOf(sns, call, {
    token: input.NextToken,
    read: (after, limit) => documents.list({ ...query, limit, ...(after === undefined ? {} : { after }) }),
    positionOf: ({ name }) => name.name,
  });
  return {
    PlatformApplications: page.items.map((definition) => ({
      PlatformApplicationArn: documentArn(definition.name),
      Attributes: shown(attributedOf(definition)),
    })),
    NextToken: page.nextToken,
  };
}

/** With its endpoints. Deleting what is not there is fine. */
export async function deleteApplication(
  sns: Sns,
  input: SnsInput<'DeletePlatformApplication'>,
  call: Call,
): Promise<object> {
  const place = parseApplicationArn(input.PlatformApplicationArn);
  if (place === undefined) throw invalidParameter('PlatformApplicationArn');
  const { arn, namespace, platform, application } = place;
  call.authorize('sns:DeletePlatformApplication', { arn: arn.text, account: arn.account });
  const { documents } = sns.broker.catalog;
  const found = findApplication(sns, namespace, platform, application);
  if (found === undefined) return {};
  await remove(call, found.definition.entity);
  const query = { namespace, prefix: endpointPrefix(platform, application), limit: 100 };
  for (let chunk = documents.list(query); chunk.length > 0; chunk = documents.list(query)) {
    for (const { entity } of chunk) await remove(call, entity);
  }
  return {};
}

export async function remove(call: Call, entity: number): Promise<void> {
  const reply = await call.run({ kind: 'deleteDocument', entity });
  if (reply.kind !== 'error' || reply.error.code !== 'document_not_found') expectReply(reply, 'document');
}
