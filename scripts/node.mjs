/** `node scripts/node.mjs [--build] FILE ARGUMENTS`: runs a script on Node 24 with the locked dependencies, and with a fresh build where asked. */
import { build, prepare, runNode } from './prepare.mjs'

const args = process.argv.slice(2)
try {
  const node = await prepare()
  if (args[0] === '--build') {
    args.shift()
    await build(node)
  }
  process.exitCode = await runNode(node, args)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
