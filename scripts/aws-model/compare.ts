// Our rows beside the public model: every difference as one line of text, and which of them are declared.
// Pure; scripts/check-aws-model.ts loads both sides and prints what comes out.
import type { Service } from '../../src/protocols/aws/engine/service.ts';
import type { Shape, StructShape } from '../../src/protocols/aws/engine/shapes.ts';
import type { ModelMember, ModelShape, SdkModel } from './sdk-schema.ts';

/** A difference that is meant, of a service's model.patch.ts. `what` may hold `*` for any text. */
export interface DeclaredDifference {
  readonly what: string;
  readonly why: string;
}

export function differencesOf(service: Service, model: SdkModel): string[] {
  const found: string[] = [];
  for (const name of model.operations.keys()) {
    if (!Object.hasOwn(service.operations, name)) found.push(`${name}: missing`);
  }
  for (const [name, operation] of Object.entries(service.operations)) {
    const theirs = model.operations.get(name);
    if (theirs === undefined) {
      found.push(`${name}: unknown to the model`);
      continue;
    }
    compareMembers(`${name}.input`, operation.input, theirs.input, found);
    compareMembers(`${name}.output`, operation.output, theirs.output, found);
    for (const error of operation.errors) {
      if (!model.errors.has(error)) found.push(`${name}.errors.${error}: unknown to the model`);
    }
  }
  return found;
}

function compareMembers(where: string, ours: StructShape, theirs: ModelShape, found: string[]): void {
  for (const name of theirs.members.keys()) {
    if (!Object.hasOwn(ours.members, name)) found.push(`${where}.${name}: missing`);
  }
  for (const [name, shape] of Object.entries(ours.members)) {
    const member = theirs.members.get(name);
    if (member === undefined) found.push(`${where}.${name}: unknown to the model`);
    else compareMember(`${where}.${name}`, shape, member, found);
  }
}

function compareMember(where: string, ours: Shape, theirs: ModelMember, found: string[]): void {
  // Rows say "required" only of input: what we answer with, we answer with.
  const isInput = where.includes('.input.');
  if (isInput && theirs.isRequired && ours.isRequired !== true) found.push(`${where}: not required`);
  if (isInput && !theirs.isRequired && ours.isRequired === true) found.push(`${where}: required`);
  const name = where.slice(where.lastIndexOf('.') + 1);
  const ourName = ours.queryName ?? name;
  const theirName = theirs.xmlName ?? name;
  if (ourName !== theirName) found.push(`${where}: query name ${ourName}, not ${theirName}`);
  const isFlat = (ours.type === 'list' || ours.type === 'map') && ours.isFlat === true;
  if (isFlat !== theirs.isFlat) found.push(`${where}: ${isFlat ? 'flat' : 'not flat'}`);
  compareShape(where, ours, theirs.shape, found);
}

function compareShape(where: string, ours: Shape, theirs: ModelShape, found: string[]): void {
  const type =
    ours.type === 'integer' || ours.type === 'long' || ours.type === 'double' ? 'number' : ours.type;
  if (type !== theirs.type) {
    found.push(`${where}: ${type}, not ${theirs.type}`);
    return;
  }
  if (ours.type === 'structure') compareMembers(where, ours, theirs, found);
  if (ours.type === 'list') compareShape(`${where}[]`, ours.member, theirs.item!, found);
  if (ours.type === 'map') {
    compareShape(`${where}{}`, ours.value, theirs.item!, found);
    const names = [ours.keyName ?? 'key', ours.valueName ?? 'value'].join('/');
    const theirNames = [theirs.keyName ?? 'key', theirs.valueName ?? 'value'].join('/');
    if (names !== theirNames) found.push(`${where}: entries are ${names}, not ${theirNames}`);
  }
}

export interface Judgement {
  readonly undeclared: readonly string[];
  /** Declarations with the number of differences that each covers. */
  readonly declared: ReadonlyMap<DeclaredDifference, number>;
  /** Declarations that no difference needs any more. */
  readonly idle: readonly string[];
}

export function judge(
  differences: readonly string[],
  declarations: readonly DeclaredDifference[],
): Judgement {
  const declared = new Map<DeclaredDifference, number>();
  const undeclared: string[] = [];
  for (const difference of differences) {
    const declaration = declarations.find(({ what }) => isCovered(difference, what));
    if (declaration === undefined) undeclared.push(difference);
    else declared.set(declaration, (declared.get(declaration) ?? 0) + 1);
  }
  const idle = declarations.filter((declaration) => !declared.has(declaration)).map(({ what }) => what);
  return { undeclared, declared, idle };
}

function isCovered(difference: string, what: string): boolean {
  const parts = what.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(difference);
}
