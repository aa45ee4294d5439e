// Makes the workload that a spec names. Called by the generator's worker.
import type { Ledger } from '../ledger.ts';
import type { RequestSigner } from '../request-signer.ts';
import type { Workload, WorkloadSpec } from '../workload.ts';
import { CreateWorkload } from './create.ts';
import { CycleWorkload } from './cycle.ts';
import { ReceiveWorkload } from './receive.ts';
import { SendWorkload } from './send.ts';

export function createWorkload(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner): Workload {
  switch (spec.kind) {
    case 'send':
      return new SendWorkload(spec, ledger, signer);
    case 'cycle':
      return new CycleWorkload(spec, ledger, signer);
    case 'receive':
    case 'drain':
      return new ReceiveWorkload(spec, ledger, signer);
    case 'create':
      return new CreateWorkload(spec, ledger, signer);
  }
}
