import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'

it('has no unit test start a process, listen, or open a database, and says what to call it', () => {
  const remedy = /call the file NAME\.integration\.test\.ts/
  expect(() => spawn(process.execPath, ['--version'])).toThrow(remedy)
  expect(() => spawnSync(process.execPath, ['--version'])).toThrow(remedy)
  expect(() => createServer().listen(0, '127.0.0.1')).toThrow(remedy)
  const socket = createSocket('udp4')
  expect(() => socket.bind(0, '127.0.0.1')).toThrow(remedy)
  socket.close()
  const database = new DatabaseSync(':memory:')
  expect(() => database.prepare('SELECT 1')).toThrow(remedy)
  database.close()
})
