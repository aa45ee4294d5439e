// One e-mail as fronts prepare it and the transports of this folder take it. Plain data.

export interface Email {
  readonly from: string;
  /** Bare addresses, one an element. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
