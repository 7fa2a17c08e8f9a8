#!/usr/bin/env node
// Plain JavaScript for whatever Node the machine has: finds Node 24 and runs the built program on it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { findNode24 } from '../scripts/node24.mjs'

const program = fileURLToPath(new URL('../dist/host/main.js', import.meta.url))
const node = findNode24()

/** @param {string} code @param {string} message @param {string} remedy */
function refuse(code, message, remedy) {
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  else process.stderr.write(`Error: ${message}\n  ${remedy}\n`)
  process.exitCode = 1
}

if (!node) {
  refuse(
    'setup.node',
    `This needs Node 24; the machine has ${process.versions.node}.`,
    'Run `npm run setup` (or `npm start`) once: it brings Node 24 as a package.',
  )
} else if (!existsSync(program)) {
  refuse('setup.build', 'The program has not been built.', 'Run `npm run build` (or `npm start`).')
} else {
  const child = spawn(node, ['--enable-source-maps', program, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // The system's allocator would give each thread memory of its own.
    env: { MALLOC_ARENA_MAX: '2', ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl+C to both; passing it on would be a second one, which kills.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => refuse('setup.node', `Node 24 does not start: ${error.message}`, 'Run `npm run setup`.'))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)
  })
}
