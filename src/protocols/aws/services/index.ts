// Every AWS service of this build. A new service is a folder beside this file and one line here.
import type { ServiceFactory } from '../engine/service.ts';
import { type KinesisSettings, kinesisService } from './kinesis/index.ts';
import { sqsService } from './sqs/index.ts';
import { stsService } from './sts/index.ts';

/** What the operator sets of single services. */
export interface ServiceSettings {
  readonly kinesis?: KinesisSettings;
}

export function awsServices({ kinesis = {} }: ServiceSettings = {}): readonly ServiceFactory[] {
  return [sqsService, stsService, kinesisService(kinesis)];
}
