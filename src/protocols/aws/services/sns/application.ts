// Platform applications and their endpoints as the core keeps them: documents of the owner's room, found by
// ARN. The handlers change them; publishing and delivery read them.
import type { Broker, DocumentDefinition, ResourceName } from '../../../../broker/index.ts';
import { documentName, namespaceOf, parseArn, snsArn } from './names.ts';

interface Documents {
  readonly broker: Pick<Broker, 'catalog'>;
}

export interface EndpointPlace {
  readonly account: string;
  readonly region: string;
  readonly platform: string;
  readonly application: string;
  readonly id: string;
}

/** A thing with attributes; `Token`, `PlatformCredential` and the like are among them. */
export interface Attributed {
  readonly definition: DocumentDefinition;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `arn:aws:sns:REGION:ACCOUNT:endpoint/PLATFORM/APPLICATION/UUID`; undefined for anything else. */
export function parseEndpointArn(text: string): EndpointPlace | undefined {
  const [prefix, , service, region = '', account = '', resource = '', ...rest] = text.split(':');
  if (prefix !== 'arn' || service !== 'sns' || rest.length > 0) return undefined;
  const [kind, platform = '', application = '', id, ...more] = resource.split('/');
  if (kind !== 'endpoint' || id === undefined || more.length > 0) return undefined;
  return { account, region, platform, application, id };
}

export function applicationName(namespace: string, platform: string, application: string): ResourceName {
  return documentName(namespace, `sns/app/${platform}/${application}`);
}

export function endpointPrefix(platform: string, application: string): string {
  return `sns/endpoint/${platform}/${application}/`;
}

export function endpointName(place: EndpointPlace): ResourceName {
  const { platform, application, id } = place;
  return documentName(namespaceOf(place), `${endpointPrefix(platform, application)}${id}`);
}

/** Of an application or an endpoint. */
export function documentArn({ namespace, name }: ResourceName): string {
  return snsArn({ namespace }, name.slice('sns/'.length));
}

/** `app/PLATFORM/NAME` of an application's ARN; undefined for anything else. */
export function parseApplicationArn(text: string) {
  const arn = parseArn('PlatformApplicationArn', text);
  const [kind, platform, application, ...rest] = arn.resource.split('/');
  if (arn.service !== 'sns' || kind !== 'app' || rest.length > 0) return undefined;
  if (platform === undefined || application === undefined) return undefined;
  return { arn, namespace: namespaceOf(arn), platform, application };
}

export function findApplication(
  { broker }: Documents,
  namespace: string,
  platform: string,
  application: string,
): Attributed | undefined {
  return attributed(broker.catalog.documents.find(applicationName(namespace, platform, application)));
}

export function findEndpoint({ broker }: Documents, arn: string): Attributed | undefined {
  const place = parseEndpointArn(arn);
  return place === undefined ? undefined : attributed(broker.catalog.documents.find(endpointName(place)));
}

function attributed(definition: DocumentDefinition | undefined): Attributed | undefined {
  return definition === undefined ? undefined : attributedOf(definition);
}

export function attributedOf(definition: DocumentDefinition): Attributed {
  return { definition, attributes: definition.value as Readonly<Record<string, string>> };
}
