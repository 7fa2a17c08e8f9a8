import childProcess, { ChildProcess } from 'node:child_process'
import dgram from 'node:dgram'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

let rejects = false

/** Addons that come with the tests' own tools: a parser of TypeScript. */
const ofTools = /(?:rolldown|oxc|lightningcss)/

/** Has a call fail in unit tests; `what` says what such a call is, undefined for one that is allowed. */
function limit<Owner extends object>(owner: Owner, name: keyof Owner & string, what: (...args: unknown[]) => string | undefined): void {
  const call = owner[name] as (...args: unknown[]) => unknown
  owner[name] = function (this: unknown, ...args: unknown[]): unknown {
    const found = rejects ? what(...args) : undefined
    if (found !== undefined)
      throw new Error(`A unit test ${found}: call the file NAME.integration.test.ts, so that the unit suite stays quick (CONTRIBUTING.md)`)
    return call.apply(this, args)
  } as Owner[keyof Owner & string]
}

limit(ChildProcess.prototype as unknown as { spawn: unknown }, 'spawn', () => 'starts a process')
limit(childProcess, 'spawnSync', () => 'starts a process')
limit(childProcess, 'execFileSync', () => 'starts a process')
limit(net.Server.prototype, 'listen', () => 'listens on a socket')
limit(dgram.Socket.prototype, 'bind', () => 'listens on a socket')
limit(DatabaseSync.prototype, 'prepare', () => 'opens a database')
limit(process, 'dlopen', (_module, file) => (ofTools.test(String(file)) ? undefined : `loads the addon ${basename(String(file))}`))
syncBuiltinESMExports()

/** Whether a test that runs from now on in this thread may start processes, listen, or load addons: unit tests may not. */
export function rejectRealParts(reject: boolean): void {
  rejects = reject
}
