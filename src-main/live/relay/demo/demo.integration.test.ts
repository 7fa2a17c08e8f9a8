import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Logger } from '../../../platform/logger.ts'
import { createDemo } from './index.ts'

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

it('starts with the process that was prepared, and ends one that was prepared in vain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const workerEntry = join(folder, 'worker.mjs')
  const noted = join(folder, 'noted')
  writeFileSync(
    workerEntry,
    `import { appendFileSync } from 'node:fs'
    const note = (text) => appendFileSync(${JSON.stringify(noted)}, text + ' ')
    process.on('message', ({ kind }) => {
      note(kind)
      if (kind === 'message') process.send({ kind: 'message', body: { type: 'started' } })
      if (kind === 'stop') process.exit(0)
    })
    note('process')
    process.send({ kind: 'ready' })
    `,
  )
  const notes = (): string => (existsSync(noted) ? readFileSync(noted, 'utf8').trim() : '')
  const demo = createDemo({ log, workerEntry })
  demo.prepare()
  demo.prepare()
  await expect.poll(notes).toBe('process')
  expect(demo.state().running).toBe(false)
  await demo.start({ url: 'rtmp://127.0.0.1/live/key' })
  expect([notes(), demo.state().running]).toEqual(['process message', true])
  await demo.stop()
  expect(notes()).toBe('process message stop')
  demo.prepare()
  await expect.poll(notes).toBe('process message stop process')
  await demo.stop()
  expect(notes()).toBe('process message stop process stop')
})
