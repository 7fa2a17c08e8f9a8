/** `npm start -- OPTIONS`: sets up what is missing, then runs `streams start OPTIONS`. */
import { build, prepare, root, runNode } from './prepare.mjs'
import { say, sinceStart } from './progress.mjs'

try {
  const node = await prepare()
  await build(node)
  say(`ready after ${sinceStart()}`)
  process.exitCode = await runNode(node, [`${root}bin/streams.mjs`, 'start', ...process.argv.slice(2)], { cwd: process.cwd() })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
