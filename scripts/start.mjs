/** `npm start -- OPTIONS`: sets up what is missing, then runs `streams start OPTIONS` in this process, which supervises the host. */
import { build, environment, prepare, root } from './prepare.mjs'
import { say, sinceStart } from './progress.mjs'

try {
  const node = await prepare()
  await build(node)
  say(`ready after ${sinceStart()}`)
  Object.assign(process.env, environment(node))
  process.argv = [process.execPath, `${root}bin/streams.mjs`, 'start', ...process.argv.slice(2)]
  await import('../bin/streams.mjs')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
