// `caudal reset`: drops every queue and message of a daemon that was started with --allow-reset.
import { adminCommand } from '../admin-command.ts';
import { print } from '../output.ts';

export async function reset(args: readonly string[]): Promise<number> {
  return adminCommand(args, {}, async (client) => {
    await client.post('/v1/reset');
    print('all data dropped');
    return 0;
  });
}
