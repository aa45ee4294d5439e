// Opens an HTTP listener: picks the engine, fills in the limits, puts the check of origins in front of the
// handler. The one entry of this folder for HTTP; called by the daemon.
import { silentLogger } from '../base/log.ts';
import { listenFront } from './front/server.ts';
import { resolveHttpLimits } from './http-limits.ts';
import type { HttpSetup } from './http-setup.ts';
import type { HttpListener, HttpListenOptions } from './http.ts';
import { listenNode } from './node-http.ts';
import { guardOrigin } from './origin.ts';
import { listenUws } from './uws.ts';

export async function listenHttp(options: HttpListenOptions): Promise<HttpListener> {
  const setup: HttpSetup = {
    host: options.host,
    port: options.port,
    handler: guardOrigin(options.handler, options.corsOrigins ?? []),
    tls: options.tls,
    treatAsRemote: options.treatAsRemote,
    limits: resolveHttpLimits(options.limits),
    logger: options.logger ?? silentLogger,
  };
  if (options.engine === 'node') return listenNode(setup);
  if (options.engine === 'uws') return (await listenUws(setup)) ?? listenFront(setup);
  return listenFront(setup);
}
