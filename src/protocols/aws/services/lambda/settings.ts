// What the daemon gives this service beside its deps: fronts may not reach for connectors themselves.

/** How a call of a function ended. */
export type FunctionAnswer =
  | { readonly kind: 'returned'; readonly payload: Buffer }
  | { readonly kind: 'functionError'; readonly errorType: string; readonly payload: Buffer }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface FunctionRequest {
  readonly name: string;
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
}

/** Functions of the daemon's configuration. */
export interface Functions {
  has(name: string): boolean;
  invoke(request: FunctionRequest): Promise<FunctionAnswer>;
  /** Nobody waits for the answer; false when too many such calls are on their way. */
  invokeLater(request: FunctionRequest): boolean;
}

/** Runs the mappings that this service keeps. */
export interface MappingRunner {
  /** The document was made, changed or deleted. */
  changed(entity: number): void;
  /** Of the last batch; undefined when it does not run. */
  lastResult(entity: number): 'none' | 'ok' | { readonly problem: string } | undefined;
}

export interface LambdaSettings {
  /** Absent: there are no functions. */
  readonly functions?: Functions | undefined;
  /** Absent: mappings are kept, and nothing polls. */
  readonly mappings?: MappingRunner | undefined;
}
