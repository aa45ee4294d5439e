// `caudal import elasticmq FILE`: another product's configuration as a caudal.yaml on standard output.
import { readFileSync } from 'node:fs';
import { elasticmqToYaml } from '../import/elasticmq.ts';
import { fail, print } from '../output.ts';

export async function importConfiguration(args: readonly string[]): Promise<number> {
  const [product, file, ...more] = args;
  if (product !== 'elasticmq' || file === undefined || more.length > 0) {
    return fail('usage: caudal import elasticmq FILE > caudal.yaml', 2);
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`${file} cannot be read: ${(error as Error).message}`);
  }
  const result = elasticmqToYaml(text);
  if (!result.ok) return fail(`${file}: ${result.error}`);
  print(result.value);
  return 0;
}
