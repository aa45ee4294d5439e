// The frame of every command that talks to a running daemon: flags in, the daemon's refusals as one line out.
import { type FlagKinds, parseArguments, type ParsedArguments } from '../base/arguments.ts';
import { adminClient, AdminError, adminFlags, type AdminClient } from './admin-client.ts';
import { fail } from './output.ts';

export async function adminCommand(
  args: readonly string[],
  flags: FlagKinds,
  action: (client: AdminClient, given: ParsedArguments) => Promise<number>,
): Promise<number> {
  const given = parseArguments(args, { ...adminFlags, ...flags });
  if (!given.ok) return fail(given.error, 2);
  try {
    return await action(adminClient(given.value), given.value);
  } catch (error) {
    if (error instanceof AdminError) return fail(error.message);
    throw error;
  }
}
