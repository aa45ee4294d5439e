// The table of who may import whom (docs/STYLE.md, "Layers"), and its check of one file. Called by
// test/tidy.test.ts. Tests beside a source may reach further and are not judged here.
import type { Import, SourceFile } from './source.ts';

/** Folder of src -> folders of src that it may import from. The daemon puts everything together. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  base: ['base'],
  storage: ['storage', 'base'],
  broker: ['broker', 'base', 'storage'],
  cluster: ['cluster', 'base', 'storage', 'net'],
  net: ['net', 'base'],
  protocols: ['protocols', 'base', 'net', 'broker'],
  connectors: ['connectors', 'base', 'broker'],
  cli: ['cli', 'base'],
  daemon: ['daemon', 'base', 'storage', 'broker', 'cluster', 'net', 'protocols', 'connectors', 'cli'],
};

/** Packages with one home: whoever else needs one goes through that home. */
const homesOfPackages: readonly (readonly [package_: RegExp, home: RegExp])[] = [
  [/^lmdb$/, /^src\/storage\//],
  [/^prom-client$/, /^src\/base\/metrics\.ts$/],
  [/^msgpackr$/, /^src\/(storage|broker)\//],
  [/^(valibot|yaml)$/, /^src\/(daemon|cli)\//],
  [/^@uwsjs\//, /^src\/net\//],
  [/^nodemailer$/, /^src\/connectors\//],
  [/^node-forge$/, /^src\/protocols\/aws\/services\/sns\//],
];

export function checkLayers(file: SourceFile): string[] {
  if (!file.path.startsWith('src/') || file.path.endsWith('.test.ts')) return [];
  const layer = file.path.split('/')[1] as string;
  const problems: string[] = [];
  for (const found of file.imports) {
    const problem =
      found.target === undefined ? judgePackage(file, found) : judgeRelative(file, layer, found);
    if (problem !== undefined) problems.push(`${file.path}:${found.line}: ${problem}`);
  }
  return problems;
}

function judgePackage(file: SourceFile, found: Import): string | undefined {
  if (found.specifier.startsWith('node:')) return undefined;
  for (const [name, home] of homesOfPackages) {
    if (name.test(found.specifier)) {
      return home.test(file.path)
        ? undefined
        : `${found.specifier} has its home elsewhere (test/tidy/layers.ts)`;
    }
  }
  return `${found.specifier} is not a runtime package of this product (builtins need the node: prefix)`;
}

function judgeRelative(file: SourceFile, layer: string, found: Import): string | undefined {
  const target = found.target as string;
  if (!target.endsWith('.ts')) return `import '${found.specifier}' without its .ts suffix`;
  // The command line starts the daemon and the bench; it loads them when asked and uses no part of them.
  if (layer === 'cli' && /^(src\/daemon\/main|bench\/main)\.ts$/.test(target)) return undefined;
  if (!target.startsWith('src/')) return `src imports ${target} from outside of src`;
  const targetLayer = target.split('/')[1] as string;
  if (!(layers[layer] ?? []).includes(targetLayer))
    return `src/${layer} may not import from src/${targetLayer}`;
  if (layer === 'broker' && targetLayer === 'storage' && target !== 'src/storage/types.ts') {
    return 'src/broker sees storage through storage/types.ts only';
  }
  const isFront = layer === 'protocols' || layer === 'connectors';
  if (isFront && targetLayer === 'broker' && target !== 'src/broker/index.ts') {
    return `src/${layer} sees the core through broker/index.ts only`;
  }
  if (isFront && targetLayer === layer) return judgeSibling(file.path, target);
  return undefined;
}

/** A protocol never imports another protocol; what they share stands right in the folder. */
function judgeSibling(from: string, target: string): string | undefined {
  const ownName = from.split('/')[2] as string;
  const targetName = target.split('/')[2] as string;
  if (targetName.endsWith('.ts') || targetName === ownName) return undefined;
  if (ownName.endsWith('.ts')) return undefined;
  return `${ownName} may not import from ${targetName}`;
}
