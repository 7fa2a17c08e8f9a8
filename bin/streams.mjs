#!/usr/bin/env node
// Plain JavaScript for whatever Node the machine has: finds Node 24 and runs the built program on it, supervised.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findNode24 } from '../scripts/node24.mjs'

const program = fileURLToPath(new URL('../dist/host/main.js', import.meta.url))
const node = findNode24()

/** @param {string} code @param {string} message @param {string} remedy */
function reject(code, message, remedy) {
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  else process.stderr.write(`Error: ${message}\n  ${remedy}\n`)
  process.exitCode = 1
}

if (!node) {
  reject(
    'setup.node',
    `This needs Node 24; the machine has ${process.versions.node}.`,
    'Run `npm run setup` (or `npm start`) once: it brings Node 24 as a package.',
  )
} else if (!existsSync(program)) {
  reject('setup.build', 'The program has not been built.', 'Run `npm run build` (or `npm start`).')
} else {
  const { HostSupervisor } = await import('../dist/host/supervisor.js')
  const supervisor = new HostSupervisor({
    // The port is the inspector's, should the host hang: nothing opens it before. Under many viewers new objects need a space of 4 MB;
    // by default it would be 32.
    command: [node, '--enable-source-maps', '--inspect-port=127.0.0.1:0', '--max-semi-space-size=4', program, ...process.argv.slice(2)],
    // The system's allocator would give each thread memory of its own.
    env: { MALLOC_ARENA_MAX: '2', ...process.env },
    stderr: process.stderr,
    onTerminal: process.stdin.isTTY === true,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => supervisor.end(signal))
  // What the unit of the service sends to reload it.
  if (process.env.NOTIFY_SOCKET) process.on('SIGUSR2', () => supervisor.replace())
  const { exitCode, failure } = await supervisor.run()
  if (failure) reject(failure.code, failure.message, failure.remedy)
  process.exit(exitCode)
}
