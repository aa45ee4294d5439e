// Tokens of listings: a position and the time it was given, sealed by the engine; good for 300 seconds.
import type { Call } from '../../engine/service.ts';
import type { Kinesis } from './kinesis.ts';
import { expiredNextToken, invalidNextToken } from './errors.ts';

const tokenLifeMs = 300_000;

/** `scope`: what is listed. A token is good for that alone, and for the account and region that got it. */
export function sealPosition(kinesis: Kinesis, call: Call, scope: string, position: string): string {
  return kinesis.paging.seal(scopeOf(call, scope), `${kinesis.clock.nowMs()} ${position}`);
}

export function openPosition(kinesis: Kinesis, call: Call, scope: string, token: string): string {
  const sealed = kinesis.paging.open(scopeOf(call, scope), token);
  if (sealed === undefined) throw invalidNextToken();
  const space = sealed.indexOf(' ');
  if (kinesis.clock.nowMs() - Number(sealed.slice(0, space)) > tokenLifeMs) throw expiredNextToken();
  return sealed.slice(space + 1);
}

function scopeOf(call: Call, scope: string) {
  return {
    operation: call.operationName,
    account: call.principal.account,
    parameters: `${call.region} ${scope}`,
  };
}
