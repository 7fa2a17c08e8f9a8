/** `npm run check`: types, format and lint. */
import { checks, runCheck } from './checks.mjs'
import { prepare } from './prepare.mjs'

const node = await prepare()
for (const check of checks) {
  const { ok, output } = runCheck(node, check)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${check.name}\n${ok ? '' : output}`)
  if (!ok) process.exitCode = 1
}
