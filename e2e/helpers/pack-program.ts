import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root as checkout } from './paths.ts'

/** An archive as `npm run pack` makes it, whose program is this checkout as the machine sees it. */
export function packProgram(folder: string): string {
  const top = join(folder, 'ami-streams-0.0.1')
  const node = relative(checkout, process.execPath)
  const inMachine = node.startsWith('..') ? process.execPath : `/checkout/${node}`
  mkdirSync(join(top, 'bin'), { recursive: true })
  writeFileSync(join(top, 'bin/streams'), `#!/bin/sh\nexec '${inMachine}' /checkout/bin/streams.mjs "$@"\n`, { mode: 0o755 })
  const file = join(folder, `ami-streams-0.0.1-linux-${process.arch}.tar.gz`)
  execFileSync('tar', ['-czf', file, '-C', folder, 'ami-streams-0.0.1'])
  rmSync(top, { recursive: true })
  return file
}
