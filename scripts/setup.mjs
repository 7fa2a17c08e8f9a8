/** `npm run setup`: Node 24, dependencies and build, without starting anything. */
import { ensureNode24 } from './node24.mjs'
import { build, installDependencies, startNativeBuild } from './prepare.mjs'
import { say, sinceStart } from './progress.mjs'

const failing = new AbortController()
try {
  const node = await ensureNode24()
  const native = startNativeBuild(node, failing.signal)
  await installDependencies(node)
  await build(node, ['host', 'shell', 'renderer'])
  await (await native).done
  say(`ready after ${sinceStart()}`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  failing.abort()
  process.exitCode = 1
}
