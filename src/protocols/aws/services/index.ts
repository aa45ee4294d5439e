// Every AWS service of this build. A new service is a folder beside this file and one line here.
import type { ServiceFactory } from '../engine/service.ts';
import { sqsService } from './sqs/index.ts';
import { stsService } from './sts/index.ts';

export const awsServices: readonly ServiceFactory[] = [sqsService, stsService];
