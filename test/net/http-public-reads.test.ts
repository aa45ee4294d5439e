// Runs the HTTP contract over the front on sockets that only Node's public interface has touched: what it
// falls back to where the inner one has changed, and what it does for TLS.
import { vi } from 'vitest';
import { httpContract } from './http.contract.ts';

vi.mock(import('../../src/net/front/shared-reads.ts'), () => ({
  sharedReads: () => (accepted) => accepted,
}));

httpContract('front', { skipped: {}, otherStatus: {} });
