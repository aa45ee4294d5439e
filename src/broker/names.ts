// Names of resources, free of any protocol's syntax. A namespace is a tenant's room: protocols compose it
// (for instance from account and region) and the core only compares it.

export type ResourceKind = 'queue' | 'stream' | 'topic' | 'binding' | 'document';

export interface ResourceName {
  /** `account/region` for the AWS protocols; opaque here. */
  readonly namespace: string;
  readonly kind: ResourceKind;
  readonly name: string;
}

/** One string per name, for maps and sorted lists. NUL cannot occur in a part. */
export function nameKey(name: ResourceName): string {
  return `${name.kind}\0${name.namespace}\0${name.name}`;
}
