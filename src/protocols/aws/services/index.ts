// Every AWS service of this build. A new service is a folder beside this file and one line here.
import type { ServiceFactory } from '../engine/service.ts';
import { type EventsSettings, eventsService } from './events/index.ts';
import { type KinesisSettings, kinesisService } from './kinesis/index.ts';
import { type LambdaSettings, lambdaService } from './lambda/index.ts';
import { type SnsSettings, snsService } from './sns/index.ts';
import { schedulerService } from './scheduler/index.ts';
import { sqsService } from './sqs/index.ts';
import { stsService } from './sts/index.ts';

/** What the operator sets of single services. */
export interface ServiceSettings {
  readonly events?: EventsSettings;
  readonly kinesis?: KinesisSettings;
  readonly lambda?: LambdaSettings;
  readonly sns?: SnsSettings;
}

export function awsServices({
  events = {},
  kinesis = {},
  lambda = {},
  sns = {},
}: ServiceSettings = {}): readonly ServiceFactory[] {
  return [
    sqsService,
    stsService,
    kinesisService(kinesis),
    snsService(sns),
    eventsService(events),
    schedulerService,
    lambdaService(lambda),
  ];
}
