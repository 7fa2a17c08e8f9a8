import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { NewDisplay } from '../schemas/display.ts'
import { attachedServer, demandAttachable, forAdmins } from './attached-server.ts'
import { isSameServer } from './server-socket.ts'
import { cookieIn, writeAuthority } from './xvnc/x-authority.ts'

/** A socket in the place of an X server: nothing is said to it. e2e/desktop-screen.e2e.ts has a real one. */

let folder: string
let theirs: string
let socket: string
let authority: string
let listening: Server
const cookie = Buffer.alloc(16, 7)

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'attached-')))
  theirs = join(folder, 'theirs')
  mkdirSync(theirs)
  socket = join(theirs, 'X0')
  authority = join(theirs, 'authority')
  writeAuthority(authority, cookie)
  writeAuthority(join(folder, 'secret'), Buffer.alloc(16, 9))
  listening = createServer((each) => each.on('error', () => undefined)).listen(socket)
  await new Promise((resolve) => listening.once('listening', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => listening.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const place = () => attachedServer('x11', { server: socket, authority }, silentLogger)
const start = () => place().start({ folder: join(folder, 'own'), width: 1, height: 1, scale: 1 })
const pathless = expect.not.stringContaining(tmpdir())

describe('a display of other programs', () => {
  it('has the cookie of their file in a file of its own', async () => {
    const running = await start()
    expect(cookieIn(readFileSync(running.authority))).toEqual(cookie)
    expect(await place().adopt(running)).toBe(true)
  })

  it('does not follow a link in the place of the file of cookies, also not later', async () => {
    const running = await start()
    rmSync(authority)
    symlinkSync(join(folder, 'secret'), authority)
    await expect(start()).rejects.toMatchObject({ code: 'desktop.not_reachable', message: pathless })
    expect(await place().adopt(running)).toBe(false)
    expect(cookieIn(readFileSync(running.authority))).toEqual(cookie)
  })

  it('does not follow a link in the place of a folder above', async () => {
    const running = await start()
    renameSync(theirs, join(folder, 'moved'))
    symlinkSync(join(folder, 'moved'), theirs)
    await expect(start()).rejects.toMatchObject({ message: expect.stringContaining('the file of cookies has a link') })
    await expect(
      attachedServer('x11', { server: socket }, silentLogger).start({ folder: join(folder, 'own'), width: 1, height: 1, scale: 1 }),
    ).rejects.toMatchObject({ message: expect.stringContaining('the socket has a link') })
    expect(await place().adopt(running)).toBe(false)
  })

  it('does not follow a link in the place of the socket', async () => {
    const running = await start()
    renameSync(socket, join(folder, 'other'))
    symlinkSync(join(folder, 'other'), socket)
    await expect(start()).rejects.toMatchObject({ code: 'desktop.not_reachable', message: pathless })
    expect(await place().adopt(running)).toBe(false)
  })

  it('does not wait for a pipe in the place of the file of cookies', async () => {
    rmSync(authority)
    expect(spawnSync('mkfifo', [authority]).status).toBe(0)
    await expect(start()).rejects.toMatchObject({ code: 'desktop.not_reachable' })
  })

  it('is one of Wayland by the path of its socket alone, without a cookie', async () => {
    const wayland = attachedServer('wayland', { server: socket }, silentLogger)
    const running = await wayland.start({ folder: join(folder, 'own'), width: 1, height: 1, scale: 1 })
    expect(running).toMatchObject({ protocol: 'wayland', server: socket, pid: 0 })
    expect(await wayland.adopt(running)).toBe(true)
    const demand = (attach: NewDisplay['attach']) => () => demandAttachable({ protocol: 'wayland', attach: attach! })
    expect(demand({ server: socket })).not.toThrow()
    expect(demand({ server: socket, authority })).toThrow('"authority" is not for a Wayland display')
    expect(demand({ server: ':7' })).toThrow('the path of its socket')
    renameSync(socket, join(folder, 'other'))
    symlinkSync(join(folder, 'other'), socket)
    expect(await wayland.adopt(running)).toBe(false)
  })

  it('shows where it is to admins alone', async () => {
    rmSync(authority)
    const error = await start().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'desktop.not_reachable', message: pathless, details: {} })
    expect(forAdmins(error)).toMatchObject({ code: 'desktop.not_reachable', message: expect.stringContaining(authority) })
  })
})

it('knows a server by another name of its socket', () => {
  const [hard, soft] = [join(folder, 'hard'), join(folder, 'soft')]
  linkSync(socket, hard)
  symlinkSync(socket, soft)
  expect([isSameServer(socket, hard), isSameServer(soft, socket), isSameServer(socket, authority)]).toEqual([true, true, false])
})
