// Endpoints of platform applications: CreatePlatformEndpoint and what is done with one.
import { randomUUID } from 'node:crypto';
import type { DocumentDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import {
  type Attributed,
  attributedOf,
  endpointName,
  endpointPrefix,
  findEndpoint,
  parseApplicationArn,
  parseEndpointArn,
  documentArn,
} from '../application.ts';
import { changeDocument } from '../change.ts';
import { endpointNotFound, invalidParameter } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { parseArn } from '../names.ts';
import { pageOf } from '../paging.ts';
import type { Sns } from '../sns.ts';
import { openApplication, remove } from './applications.ts';

type Attributes = Readonly<Record<string, string>>;
type CreateInput = SnsInput<'CreatePlatformEndpoint'>;

const attributeNames: ReadonlySet<string> = new Set([
  'CustomUserData',
  'Enabled',
  'Token',
  'ChannelId',
  'UserId',
]);
const userDataBytesMax = 2048;
const listChunk = 100;

/** Idempotent by token: the same token with other attributes is refused. */
export async function createEndpoint(
  sns: Sns,
  input: CreateInput,
  call: Call,
): Promise<SnsOutput<'CreatePlatformEndpoint'>> {
  const { PlatformApplicationArn: applicationText, Token: token, Attributes: given = {} } = input;
  const application = openApplication(sns, call, applicationText, 'sns:CreatePlatformEndpoint');
  if (token === '') throw invalidParameter('Token');
  const userData = input.CustomUserData === undefined ? {} : { CustomUserData: input.CustomUserData };
  const wanted = normalized({ ...userData, ...given });
  const value = { Enabled: 'true', Token: token, ...wanted };
  const { entity } = application.definition;
  const arn = await sns.turns.take(`endpoint ${entity} ${token}`, async () => {
    const existing = byToken(sns, applicationText, token);
    if (existing !== undefined) {
      const { attributes } = attributedOf(existing);
      if (Object.entries(value).some(([name, text]) => attributes[name] !== text)) {
        throw invalidParameter(
          `Token Reason: Endpoint ${documentArn(existing.name)} already exists with the same Token, but ` +
            'different attributes.',
        );
      }
      return documentArn(existing.name);
    }
    const { platform, application: app, arn: place } = parseApplicationArn(applicationText)!;
    const name = endpointName({ ...place, platform, application: app, id: randomUUID() });
    await changeDocument(sns, call, name, () => ({ value }));
    return documentArn(name);
  });
  return { EndpointArn: arn };
}

function byToken(sns: Sns, applicationText: string, token: string): DocumentDefinition | undefined {
  for (const definition of endpointsOf(sns, applicationText)) {
    if (attributedOf(definition).attributes['Token'] === token) return definition;
  }
  return undefined;
}

function* endpointsOf(sns: Sns, applicationText: string): Generator<DocumentDefinition> {
  const { namespace, platform, application } = parseApplicationArn(applicationText)!;
  const query = { namespace, prefix: endpointPrefix(platform, application), limit: listChunk };
  let after: string | undefined;
  for (;;) {
    const chunk = sns.broker.catalog.documents.list({ ...query, ...(after === undefined ? {} : { after }) });
    yield* chunk;
    if (chunk.length < listChunk) return;
    after = chunk.at(-1)!.name.name;
  }
}

function normalized(given: Attributes): Attributes {
  const attributes: Record<string, string> = {};
  for (const [name, text] of Object.entries(given)) {
    if (!attributeNames.has(name))
      throw invalidParameter(`Attributes Reason: Invalid attribute name: ${name}`);
    if (name === 'CustomUserData' && Buffer.byteLength(text) > userDataBytesMax) {
      throw invalidParameter(
        'Attributes Reason: Invalid value for attribute: CustomUserData: must be at most ' +
          `${userDataBytesMax} bytes long in UTF-8 encoding`,
      );
    }
    if (name !== 'Enabled') {
      attributes[name] = text;
      continue;
    }
    const lower = text.toLowerCase();
    if (lower !== 'true' && lower !== 'false')
      throw invalidParameter(`Enabled Reason: Invalid value ${text}`);
    attributes[name] = lower;
  }
  return attributes;
}

function openEndpoint(sns: Sns, call: Call, text: string, action: string): Attributed {
  const place = placeOf(text);
  const found = findEndpoint(sns, text);
  if (found === undefined) throw endpointNotFound();
  call.authorize(action, { arn: text, account: place.account });
  return found;
}

function placeOf(text: string) {
  parseArn('EndpointArn', text);
  const place = parseEndpointArn(text);
  if (place !== undefined) return place;
  throw invalidParameter('EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.');
}

export function getEndpointAttributes(
  sns: Sns,
  input: SnsInput<'GetEndpointAttributes'>,
  call: Call,
): SnsOutput<'GetEndpointAttributes'> {
  const found = openEndpoint(sns, call, input.EndpointArn, 'sns:GetEndpointAttributes');
  return { Attributes: found.attributes };
}

export async function setEndpointAttributes(
  sns: Sns,
  input: SnsInput<'SetEndpointAttributes'>,
  call: Call,
): Promise<object> {
  const { definition } = openEndpoint(sns, call, input.EndpointArn, 'sns:SetEndpointAttributes');
  const given = normalized(input.Attributes);
  await changeDocument(sns, call, definition.name, (current) => {
    if (current === undefined) throw endpointNotFound();
    return { value: { ...(current.value as object), ...given } };
  });
  return {};
}

export function listEndpoints(
  sns: Sns,
  input: SnsInput<'ListEndpointsByPlatformApplication'>,
  call: Call,
): SnsOutput<'ListEndpointsByPlatformApplication'> {
  const { PlatformApplicationArn: text } = input;
  openApplication(sns, call, text, 'sns:ListEndpointsByPlatformApplication');
  const { namespace, platform, application } = parseApplicationArn(text)!;
  const query = { namespace, prefix: endpointPrefix(platform, application) };
  const page = pageOf(sns, call, {
    token: input.NextToken,
    scope: text,
    read: (after, limit) =>
      sns.broker.catalog.documents.list({ ...query, limit, ...(after === undefined ? {} : { after }) }),
    positionOf: ({ name }) => name.name,
  });
  return {
    Endpoints: page.items.map((definition) => ({
      EndpointArn: documentArn(definition.name),
      Attributes: attributedOf(definition).attributes,
    })),
    NextToken: page.nextToken,
  };
}

/** Deleting what is not there is fine. */
export async function deleteEndpoint(
  sns: Sns,
  input: SnsInput<'DeleteEndpoint'>,
  call: Call,
): Promise<object> {
  const place = placeOf(input.EndpointArn);
  call.authorize('sns:DeleteEndpoint', { arn: input.EndpointArn, account: place.account });
  const found = findEndpoint(sns, input.EndpointArn);
  if (found !== undefined) await remove(call, found.definition.entity);
  return {};
}
