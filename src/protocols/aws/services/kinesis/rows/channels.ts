// Rows of channels (streams straight to S3 or tables), which are not built: their inputs are accepted as they
// come, and every one of them answers that. So only their names are of the model.
import { struct } from '../../../engine/shapes.ts';

const errors = ['ValidationException'] as const;
const row = { input: struct({}), output: struct({}), errors } as const;

export const channelOperations = {
  CreateChannel: { ...row, action: 'kinesis:CreateChannel' },
  DescribeChannel: { ...row, action: 'kinesis:DescribeChannel' },
  ListChannels: { ...row, action: 'kinesis:ListChannels' },
  UpdateChannel: { ...row, action: 'kinesis:UpdateChannel' },
  DeleteChannel: { ...row, action: 'kinesis:DeleteChannel' },
} as const;
