/** Checks that look at sources without running them. Each counts as one test of `npm test`. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environment, root } from './prepare.mjs'

const types = (name, project) => ({
  name: `types of ${name}`,
  dependencies: project,
  args: ['node_modules/typescript/bin/tsc', '-p', project],
})

export const checks = [
  types('the host', 'tsconfig.json'),
  types('the end-to-end tests', 'e2e/tsconfig.json'),
  types('the page', 'src-renderer/tsconfig.json'),
  types('the client package', 'src-client/tsconfig.json'),
  types('the window shell', 'src-main/shell/tsconfig.json'),
  {
    name: 'format and lint',
    dependencies: 'biome.json',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=50'],
  },
  { name: 'words', dependencies: 'CONTRIBUTING.md', args: ['scripts/words.mjs'] },
].filter((check) => existsSync(join(root, check.dependencies)))

/** Runs one check; `output` is what it said when it failed. */
export function runCheck(node, check) {
  const result = spawnSync(node, check.args, { cwd: root, env: environment(node), encoding: 'utf8', maxBuffer: 1 << 26 })
  return { ok: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}` }
}
