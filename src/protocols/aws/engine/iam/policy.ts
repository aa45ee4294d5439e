// IAM policies: JSON text to statements that evaluate.ts can walk. A policy that can't be read is refused
// with a reason, never half understood.
import { limits } from '../../../../base/limits.ts';
import { err, ok, type Result } from '../../../../base/result.ts';
import { parseConditions, type Condition } from './condition.ts';
import { compilePattern, type Pattern } from './wildcard.ts';

export interface Policy {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: PatternSet;
  /** Undefined where the policy hangs on the resource itself and names none. */
  readonly resources: PatternSet | undefined;
  /** Undefined in identity policies. */
  readonly principals: PrincipalSet | undefined;
  readonly conditions: readonly Condition[];
}

export interface PatternSet {
  readonly patterns: readonly Pattern[];
  /** NotAction, NotResource: everything but these. */
  readonly isNegated: boolean;
}

export interface PrincipalSet {
  readonly isNegated: boolean;
  readonly aws: readonly string[];
  readonly service: readonly string[];
  readonly federated: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

class PolicyProblem extends Error {}

export function parsePolicy(text: string): Result<Policy, string> {
  if (text.length > limits.policyTextMax) return err(`longer than ${limits.policyTextMax} characters`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return err('not JSON');
  }
  try {
    return ok(readDocument(document));
  } catch (error) {
    if (error instanceof PolicyProblem) return err(error.message);
    throw error;
  }
}

/** A policy that hangs on a user, role or session: it names resources and no principal, as IAM demands. */
export function parseIdentityPolicy(text: string): Result<Policy, string> {
  const policy = parsePolicy(text);
  if (!policy.ok) return policy;
  const { statements } = policy.value;
  if (statements.some((statement) => statement.resources === undefined)) return err('Resource is missing');
  if (statements.some((statement) => statement.principals !== undefined))
    return err('Principal is not allowed here');
  return policy;
}

function readDocument(document: unknown): Policy {
  if (!isObject(document)) throw new PolicyProblem('not an object');
  const version = document['Version'] ?? '2008-10-17';
  if (version !== '2008-10-17' && version !== '2012-10-17')
    throw new PolicyProblem(`unknown Version ${String(version)}`);
  const statements = document['Statement'];
  if (statements === undefined) throw new PolicyProblem('Statement is missing');
  const list = Array.isArray(statements) ? statements : [statements];
  return { statements: list.map((statement) => readStatement(statement, version === '2012-10-17')) };
}

function readStatement(statement: unknown, canHaveVariables: boolean): Statement {
  if (!isObject(statement)) throw new PolicyProblem('a Statement is not an object');
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyProblem('Effect must be Allow or Deny');
  const actions = readPatterns(statement, 'Action', false);
  if (actions === undefined) throw new PolicyProblem('Action is missing');
  const conditions = parseConditions(statement['Condition'], canHaveVariables);
  if (!conditions.ok) throw new PolicyProblem(conditions.error);
  return {
    effect,
    actions,
    resources: readPatterns(statement, 'Resource', canHaveVariables),
    principals: readPrincipals(statement),
    conditions: conditions.value,
  };
}

/** `Name` or `NotName`, one text or several. Actions have no case. */
function readPatterns(
  statement: Json,
  name: 'Action' | 'Resource',
  canHaveVariables: boolean,
): PatternSet | undefined {
  const negated = statement[`Not${name}`];
  const plain = statement[name];
  if (negated !== undefined && plain !== undefined) throw new PolicyProblem(`both ${name} and Not${name}`);
  const value = plain ?? negated;
  if (value === undefined) return undefined;
  const texts = readTexts(value, name);
  const patterns = texts.map((text) =>
    compilePattern(name === 'Action' ? text.toLowerCase() : text, canHaveVariables),
  );
  return { patterns, isNegated: negated !== undefined };
}

function readPrincipals(statement: Json): PrincipalSet | undefined {
  const plain = statement['Principal'];
  const negated = statement['NotPrincipal'];
  if (plain !== undefined && negated !== undefined)
    throw new PolicyProblem('both Principal and NotPrincipal');
  const value = plain ?? negated;
  if (value === undefined) return undefined;
  const isNegated = negated !== undefined;
  if (value === '*') return { isNegated, aws: ['*'], service: ['*'], federated: ['*'] };
  if (!isObject(value)) throw new PolicyProblem('Principal must be * or an object');
  const known = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) throw new PolicyProblem(`unknown kind of Principal ${stranger}`);
  const texts = (key: string) => (value[key] === undefined ? [] : readTexts(value[key], 'Principal'));
  return { isNegated, aws: texts('AWS'), service: texts('Service'), federated: texts('Federated') };
}

function readTexts(value: unknown, name: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.some((item) => typeof item !== 'string')) throw new PolicyProblem(`${name} must be text`);
  return list as string[];
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
