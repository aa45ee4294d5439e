// Secrets of connections for the fronts that keep them: sealed with a key of the daemon's secret. Called by
// aws-deps.ts.
import { openSecret, sealSecret, secretKey } from '../connectors/connections/sealed-secret.ts';

export interface ConnectionSecrets {
  seal(owner: string, plain: string): string;
  open(owner: string, sealed: string): string | undefined;
}

export function connectionSecrets(daemonSecret: Uint8Array): ConnectionSecrets {
  const key = secretKey(daemonSecret);
  return {
    seal: (owner, plain) => sealSecret(key, owner, plain),
    open(owner, sealed) {
      const opened = openSecret(key, owner, sealed);
      return opened.ok ? opened.value : undefined;
    },
  };
}
