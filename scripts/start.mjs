/**
 * `npm start -- OPTIONS`: sets up what is missing, then runs `streams start OPTIONS` in this process, which supervises the host.
 * Native addons are compiled meanwhile, and go on to be while the program runs: only the studio waits for them.
 */
import { ensureNode24 } from './node24.mjs'
import { build, environment, installDependencies, root, startNativeBuild } from './prepare.mjs'
import { say, sinceStart } from './progress.mjs'

const failing = new AbortController()
try {
  const node = await ensureNode24()
  const native = startNativeBuild(node, failing.signal)
  await installDependencies(node)
  await build(node, ['host', 'shell', 'renderer'])
  const { stale } = await native
  say(`ready after ${sinceStart()}${stale.length > 0 ? '; the studio follows when its native parts are built' : ''}`)
  Object.assign(process.env, environment(node))
  process.argv = [process.execPath, `${root}bin/streams.mjs`, 'start', ...process.argv.slice(2)]
  await import('../bin/streams.mjs')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  failing.abort()
  process.exitCode = 1
}
