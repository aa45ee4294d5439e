// Compares our rows with the public service model, as the installed SDK packages carry it, and prints what
// differs. Exits 1 for a difference that no model.patch.ts declares, or a declaration that nothing needs.
// Development only: nothing of the SDK is shipped.
import * as kinesisSdk from '@aws-sdk/client-kinesis';
import * as sqsSdk from '@aws-sdk/client-sqs';
import * as stsSdk from '@aws-sdk/client-sts';
import type { Service } from '../src/protocols/aws/engine/service.ts';
import { kinesisPatch } from '../src/protocols/aws/services/kinesis/model.patch.ts';
import { kinesisModel } from '../src/protocols/aws/services/kinesis/model.ts';
import { sqsPatch } from '../src/protocols/aws/services/sqs/model.patch.ts';
import { sqsModel } from '../src/protocols/aws/services/sqs/model.ts';
import { stsPatch } from '../src/protocols/aws/services/sts/model.patch.ts';
import { stsModel } from '../src/protocols/aws/services/sts/model.ts';
import { differencesOf, judge, type DeclaredDifference } from './aws-model/compare.ts';
import { readSdkModel } from './aws-model/sdk-schema.ts';

interface Side {
  readonly service: Service;
  readonly patch: readonly DeclaredDifference[];
  readonly sdk: object;
}

const sides: readonly Side[] = [
  { service: sqsModel, patch: sqsPatch, sdk: sqsSdk },
  { service: stsModel, patch: stsPatch, sdk: stsSdk },
  { service: kinesisModel, patch: kinesisPatch, sdk: kinesisSdk },
];

let problemCount = 0;
for (const { service, patch, sdk } of sides) {
  const model = readSdkModel(sdk as Readonly<Record<string, unknown>>);
  const { undeclared, declared, idle } = judge(differencesOf(service, model), patch);
  const ours = Object.keys(service.operations).length;
  console.log(`${service.id}: ${ours} of ${model.operations.size} operations`);
  for (const [{ what, why }, count] of declared) console.log(`  declared ${count} x ${what}\n      ${why}`);
  for (const difference of undeclared) console.log(`  UNDECLARED  ${difference}`);
  for (const what of idle) console.log(`  IDLE        ${what} is declared, but there is no such difference`);
  problemCount += undeclared.length + idle.length;
}
process.exitCode = problemCount === 0 ? 0 : 1;
