// What the operator sets of this service (`kinesis:` in caudal.yaml), with its defaults.

export interface KinesisSettings {
  /**
   * How long streams and consumers show as being made, changed or deleted. Default: 0; 500 under `limits:
   * aws`.
   */
  readonly stateDelayMs?: number | undefined;
  /** Retention of new streams. AWS has 24; ours is a week. */
  readonly defaultRetentionHours?: number | undefined;
}

export const defaultRetentionHours = 168;
/** Long enough that a client which polls sees every state, as it does at AWS. */
export const strictStateDelayMs = 500;
