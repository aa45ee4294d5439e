// What the daemon gives this service beside its deps: fronts may not reach for connectors themselves.

/** Seals secrets of connections. `owner` names what they belong to: moved elsewhere they do not open. */
export interface Secrets {
  seal(owner: string, plain: string): string;
  /** Undefined for what was not sealed here for this owner. */
  open(owner: string, sealed: string): string | undefined;
}

export interface EventsSettings {
  /** Without it there are no connections, and so no API destinations. */
  readonly secrets?: Secrets | undefined;
}
