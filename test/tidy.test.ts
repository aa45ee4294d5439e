// The house style as a failing test: layers, lengths, banned words, headers, and the tables of documents that
// must agree with the code. Each rule is also shown a planted breach, so that none can pass by being blind.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLayers, layers } from './tidy/layers.ts';
import * as rules from './tidy/rules.ts';
import { listFiles, parseSource, readSource, root } from './tidy/source.ts';
import type { SourceFile } from './tidy/source.ts';

const everything = listFiles('');
const sources = everything.filter((file) => /^(src|test|bench|scripts)\/.*\.ts$/.test(file)).map(readSource);
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Rule {
  readonly name: string;
  readonly check: (file: SourceFile) => string[];
  /** A file that breaks it, and one like it that does not. */
  readonly breach: readonly [path: string, text: string];
  readonly sound: readonly [path: string, text: string];
}

const table: readonly Rule[] = [
  {
    name: 'imports go one way',
    check: checkLayers,
    breach: ['src/broker/a.ts', "import { x } from '../net/http.ts';\n"],
    sound: ['src/broker/a.ts', "import type { CellLog } from '../storage/types.ts';\n"],
  },
  {
    name: 'the core sees the interfaces of storage alone',
    check: checkLayers,
    breach: ['src/broker/queue/a.ts', "import { x } from '../../storage/memory.ts';\n"],
    sound: ['src/broker/queue/a.ts', "// from '../../storage/memory.ts'\n"],
  },
  {
    name: 'no protocol imports another',
    check: checkLayers,
    breach: ['src/protocols/mqtt/a.ts', "const { x } = await import('../aws/index.ts');\n"],
    sound: ['src/protocols/mqtt/a.ts', "import { x } from '../types.ts';\n"],
  },
  {
    name: 'protocols see the public face of the core',
    check: checkLayers,
    breach: ['src/protocols/aws/engine/a.ts', "import type { Send } from '../../../broker/command.ts';\n"],
    sound: ['src/protocols/aws/engine/a.ts', "import type { Send } from '../../../broker/index.ts';\n"],
  },
  {
    name: 'packages are imported at their home',
    check: checkLayers,
    breach: ['src/base/log.ts', "import client from 'prom-client';\n"],
    sound: ['src/base/metrics.ts', "import client from 'prom-client';\n"],
  },
  {
    name: 'files are short',
    check: rules.checkLength,
    breach: ['src/net/a.ts', 'a;\n'.repeat(401)],
    sound: ['src/net/a.ts', 'a;\n'.repeat(400)],
  },
  {
    name: 'functions are short',
    check: rules.checkFunctions,
    breach: ['src/net/a.ts', `export function f(\n  a: number,\n): void {\n${'  a;\n'.repeat(67)}}\n`],
    sound: ['src/net/a.ts', `if (\n  a\n) {\n${'  a;\n'.repeat(90)}}\nconst f = () => {\n  a;\n};\n`],
  },
  {
    name: 'lines are short',
    check: rules.checkColumns,
    breach: ['src/net/a.ts', `${'a'.repeat(111)}\n`],
    sound: ['src/net/a.ts', `${'a'.repeat(110)}\n`],
  },
  {
    name: 'a file opens by saying what it is',
    check: rules.checkHeader,
    breach: ['src/net/a.ts', '// The a.\nimport x;\n'],
    sound: [
      'src/net/a.ts',
      '// What stands between one thing and the other. Called by a third;\n// never does a fourth.\n',
    ],
  },
  {
    name: 'nothing is left for later',
    check: rules.checkLeftovers,
    breach: ['src/net/a.ts', `// ${'TO'}${'DO'}: later\n`],
    sound: ['src/net/a.ts', '// to do this well\n'],
  },
  {
    name: 'logging goes through base/log.ts',
    check: rules.checkConsole,
    breach: ['src/net/a.ts', "console.error('x');\n"],
    sound: ['src/net/a.ts', "// console.error('x');\n"],
  },
  {
    name: 'the core knows no word of a wire',
    check: rules.checkWireWords,
    breach: ['src/broker/a.ts', 'const queueArn = 1;\n'],
    sound: ['src/protocols/aws/a.ts', 'const queueArn = 1;\n'],
  },
  {
    name: 'decide and apply are pure and synchronous',
    check: rules.checkPurity,
    breach: ['src/broker/queue/a.ts', 'const now = Date.now();\n'],
    sound: ['src/broker/queue/a.ts', '// Never Date.now(): time is an input.\n'],
  },
  {
    name: 'transactions of lmdb return nothing by accident',
    check: rules.checkTransactions,
    breach: ['src/storage/a.ts', 'env.transactionSync(() => db.put(a, b));\n'],
    sound: ['src/storage/a.ts', 'env.transactionSync(() => {\n'],
  },
  {
    name: 'names say what is inside',
    check: rules.checkFileName,
    breach: ['src/net/socket-helpers.ts', ''],
    sound: ['src/net/utilisation.ts', ''],
  },
];

describe('house style', () => {
  it.each(table)('$name', ({ check, breach, sound }) => {
    expect(check(parseSource(...breach)), 'the rule must see a planted breach').toHaveLength(1);
    expect(check(parseSource(...sound)), 'the rule must let a sound file pass').toEqual([]);
    expect(sources.length).toBeGreaterThan(15);
    expect(sources.flatMap(check)).toEqual([]);
  });

  it('every folder of src is a layer', () => {
    const folders = new Set(
      sources.filter((f) => f.path.startsWith('src/')).map((f) => f.path.split('/')[1]),
    );
    expect([...folders].filter((folder) => layers[folder as string] === undefined)).toEqual([]);
  });

  it('every test file belongs to a project of vitest.config.ts', () => {
    const projects =
      /^(src|bench|scripts)\/|^test\/([^/]+\.test\.ts$|(model|storage|net|aws-engine|daemon|admin|support|compat|contract|crash|hostile)\/)/;
    const tests = sources.map((file) => file.path).filter((file) => file.endsWith('.test.ts'));
    expect(tests.filter((file) => !projects.test(file))).toEqual([]);
  });
});

describe('documents', () => {
  it('docs/reference/errors.md lists each error of the core, and no other', () => {
    const union = /BrokerErrorCode =([\s\S]+?);\n\n/.exec(text('src/broker/errors.ts'))?.[1] ?? '';
    const codes = [...union.matchAll(/^\s*\| '([a-z_]+)'/gm)].map((match) => match[1]);
    const rows = [...text('docs/reference/errors.md').matchAll(/^\| `([a-z_]+)`/gm)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(rows)).toEqual(new Set(codes));
    expect(rows).toHaveLength(codes.length);
  });

  it('links between documents lead somewhere', () => {
    const broken: string[] = [];
    for (const file of everything.filter((name) => name.endsWith('.md'))) {
      for (const match of text(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)/g)) {
        const target = path.join(root, path.dirname(file), match[1] as string);
        if (!existsSync(target)) broken.push(`${file}: ${match[1]}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('decision records are numbered without a gap', () => {
    const numbers = everything
      .filter((file) => /^docs\/adr\/.*\.md$/.test(file))
      .map((file) => /^docs\/adr\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]);
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')));
  });

  it('nothing names the machine it was written on', () => {
    // Spelled in pieces, so that this file is not its own finding.
    const pieces = ['/work', '/(main|shared)|', '/tmp', '/(n22|briefs)|', '"resolved"', ': "http'];
    const traces = new RegExp(pieces.join(''));
    const textual = everything.filter((file) =>
      /\.(ts|md|json|ya?ml|sh|service|html|css)$|^caudal$|^\.ci\/|Dockerfile/.test(file),
    );
    const found = textual.flatMap((file) =>
      text(file)
        .split('\n')
        .flatMap((line, index) => (traces.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(textual).toContain('package-lock.json');
    expect(found).toEqual([]);
  });
});
