// The SQS service: its rows, one handler per action, its words for errors. The daemon passes `sqsService`
// to the AWS protocol; `declareQueues` makes the queues of its configuration.
import type { Handlers, ServiceFactory } from '../../engine/service.ts';
import { sqsErrors } from './errors.ts';
import { getQueueAttributes, setQueueAttributes } from './handlers/attributes.ts';
import { listDeadLetterSourceQueues } from './handlers/dead-letters.ts';
import { deleteMessage, deleteMessageBatch } from './handlers/delete.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './handlers/moves.ts';
import { addPermission, removePermission } from './handlers/permissions.ts';
import { createQueue, deleteQueue, getQueueUrl, listQueues, purgeQueue } from './handlers/queues.ts';
import { receiveMessage } from './handlers/receive.ts';
import { sendMessage, sendMessageBatch } from './handlers/send.ts';
import { listQueueTags, tagQueue, untagQueue } from './handlers/tags.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './handlers/visibility.ts';
import { sqsLimits } from './limits.ts';
import { sqsModel } from './model.ts';
import { createSqs } from './sqs.ts';

export const sqsService: ServiceFactory = (deps) => {
  const sqs = createSqs(deps);
  const handlers: Handlers<typeof sqsModel> = {
    SendMessage: (input, call) => sendMessage(sqs, input, call),
    SendMessageBatch: (input, call) => sendMessageBatch(sqs, input, call),
    ReceiveMessage: (input, call) => receiveMessage(sqs, input, call),
    DeleteMessage: (input, call) => deleteMessage(sqs, input, call),
    DeleteMessageBatch: (input, call) => deleteMessageBatch(sqs, input, call),
    ChangeMessageVisibility: (input, call) => changeMessageVisibility(sqs, input, call),
    ChangeMessageVisibilityBatch: (input, call) => changeMessageVisibilityBatch(sqs, input, call),
    CreateQueue: (input, call) => createQueue(sqs, input, call),
    DeleteQueue: (input, call) => deleteQueue(sqs, input, call),
    GetQueueUrl: (input, call) => getQueueUrl(sqs, input, call),
    ListQueues: (input, call) => listQueues(sqs, input, call),
    PurgeQueue: (input, call) => purgeQueue(sqs, input, call),
    GetQueueAttributes: (input, call) => getQueueAttributes(sqs, input, call),
    SetQueueAttributes: (input, call) => setQueueAttributes(sqs, input, call),
    ListDeadLetterSourceQueues: (input, call) => listDeadLetterSourceQueues(sqs, input, call),
    TagQueue: (input, call) => tagQueue(sqs, input, call),
    UntagQueue: (input, call) => untagQueue(sqs, input, call),
    ListQueueTags: (input, call) => listQueueTags(sqs, input, call),
    AddPermission: (input, call) => addPermission(sqs, input, call),
    RemovePermission: (input, call) => removePermission(sqs, input, call),
    StartMessageMoveTask: (input, call) => startMessageMoveTask(sqs, input, call),
    ListMessageMoveTasks: (input, call) => listMessageMoveTasks(sqs, input, call),
    CancelMessageMoveTask: (input, call) => cancelMessageMoveTask(sqs, input, call),
  };
  return { service: sqsModel, handlers, errors: sqsErrors, limits: sqsLimits };
};

export { declareQueues } from './declare.ts';
