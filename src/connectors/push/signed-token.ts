// JSON Web Tokens that the daemon signs to prove itself to push gateways (RFC 7519). Called by their
// transports; it keeps no key and no token.
import { createPrivateKey, sign } from 'node:crypto';

export interface TokenParts {
  readonly algorithm: 'RS256' | 'ES256';
  readonly header?: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, string | number>>;
  /** PEM. */
  readonly privateKey: string;
}

/** Undefined when the key is none, or of the wrong kind. */
export function signedToken({ algorithm, header, claims, privateKey }: TokenParts): string | undefined {
  const unsigned = `${encode({ alg: algorithm, typ: 'JWT', ...header })}.${encode(claims)}`;
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== (algorithm === 'RS256' ? 'rsa' : 'ec')) return undefined;
    // JOSE has the two numbers of an ECDSA signature side by side (RFC 7518, 3.4).
    const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' });
    return `${unsigned}.${signature.toString('base64url')}`;
  } catch {
    return undefined;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
