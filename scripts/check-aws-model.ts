// Compares our rows with the public service model, as the installed SDK packages carry it, and prints what
// differs. Exits 1 for a difference that no model.patch.ts declares, or a declaration that nothing needs.
// Development only: nothing of the SDK is shipped.
import * as eventsSdk from '@aws-sdk/client-eventbridge';
import * as kinesisSdk from '@aws-sdk/client-kinesis';
import * as snsSdk from '@aws-sdk/client-sns';
import * as sqsSdk from '@aws-sdk/client-sqs';
import * as stsSdk from '@aws-sdk/client-sts';
import type { Service } from '../src/protocols/aws/engine/service.ts';
import { eventsPatch } from '../src/protocols/aws/services/events/model.patch.ts';
import { eventsModel } from '../src/protocols/aws/services/events/model.ts';
import { kinesisPatch } from '../src/protocols/aws/services/kinesis/model.patch.ts';
import { kinesisModel } from '../src/protocols/aws/services/kinesis/model.ts';
import { snsPatch } from '../src/protocols/aws/services/sns/model.patch.ts';
import { snsModel } from '../src/protocols/aws/services/sns/model.ts';
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
  { service: snsModel, patch: snsPatch, sdk: snsSdk },
  { service: stsModel, patch: stsPatch, sdk: stsSdk },
  { service: kinesisModel, patch: kinesisPatch, sdk: kinesisSdk },
  { service: eventsModel, patch: eventsPatch, sdk: eventsSdk },
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
