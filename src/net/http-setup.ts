// What an engine gets to start with: the caller's options with everything filled in that was left out.
// Made by listen.ts.
import type { Logger } from '../base/log.ts';
import type { HttpLimits, RequestHandler, TlsFiles } from './http.ts';

export interface HttpSetup {
  readonly host: string;
  readonly port: number;
  /** With the check of origins around it. */
  readonly handler: RequestHandler;
  readonly tls: TlsFiles | undefined;
  readonly treatAsRemote: string | undefined;
  readonly limits: HttpLimits;
  readonly logger: Logger;
}
