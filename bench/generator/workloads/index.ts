// Makes the workload that a spec names. Called by the generator's worker.
import type { Ledger } from '../ledger.ts';
import { formContentType } from '../request-signer.ts';
import type { RequestSigner, SigningTarget } from '../request-signer.ts';
import type { LoadSpec, Workload, WorkloadSpec } from '../workload.ts';
import { CreateWorkload } from './create.ts';
import { CycleWorkload } from './cycle.ts';
import type { AckBook } from './kinesis/ack-book.ts';
import { GetWorkload } from './kinesis/get.ts';
import { PutWorkload } from './kinesis/put.ts';
import { PublishWorkload } from './publish.ts';
import { ReceiveWorkload } from './receive.ts';
import { SendWorkload } from './send.ts';

/** What sessions on the same queue or stream share. */
export interface Account {
  readonly ledger: Ledger;
  readonly acks: AckBook;
}

export function createWorkload(spec: LoadSpec, account: Account, signer: RequestSigner): Workload {
  const { ledger } = account;
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
    case 'put-records':
    case 'put-record':
      return new PutWorkload(spec, account, signer);
    case 'publish':
      return new PublishWorkload(spec, ledger, signer);
    case 'get-records':
      return new GetWorkload(spec, account, signer);
  }
}

/** Which service the requests of a load are signed for, and what they carry. */
export function signingOf(spec: LoadSpec): Pick<SigningTarget, 'service' | 'contentType'> {
  if (spec.kind === 'publish') return { service: 'sns', contentType: formContentType };
  if (isSqs(spec)) return { service: 'sqs', contentType: 'application/x-amz-json-1.0' };
  return { service: 'kinesis', contentType: `application/x-amz-${spec.wire}-1.1` };
}

export function isSqs(spec: LoadSpec): spec is WorkloadSpec {
  return 'queueUrl' in spec;
}
