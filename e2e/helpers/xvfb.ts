import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { removeFolder } from './private-folder.ts'

export const xvfbProgram = ['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'].find((path) => existsSync(path))

export interface XvfbOptions {
  /** Size of each screen: one screen unless several are named. */
  readonly screens?: readonly string[]
  readonly width?: number
  readonly height?: number
  /** Bits a pixel: 24 unless said. */
  readonly depth?: number
  /** Further arguments, e.g. `-extension`, `MIT-SHM`. */
  readonly args?: readonly string[]
}

/** An X server without a screen to look at. Only who has its cookie may connect. */
export interface RunningXvfb {
  /** `:N`. */
  readonly display: string
  /** File with the cookie: XAUTHORITY of programs that connect. */
  readonly authority: string
  readonly cookie: Buffer
  /** Variables for a program that is to be shown here. */
  readonly env: { readonly DISPLAY: string; readonly XAUTHORITY: string }
  /** Of the server that runs now. */
  readonly pid: number
  /** Kills the server with everything on it. */
  kill(): Promise<void>
  /** Starts it again after `kill`, at the same number with the same cookie, empty. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts Xvfb at a number that is free, with a cookie of its own. */
export async function startXvfb(options: XvfbOptions = {}): Promise<RunningXvfb> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-xvfb-'))
  const authority = join(folder, 'authority')
  const cookie = randomBytes(16)
  writeFileSync(authority, authorityFile(cookie), { mode: 0o600 })
  const screens = options.screens ?? [`${options.width ?? 1280}x${options.height ?? 720}x${options.depth ?? 24}`]
  const screenArgs = screens.flatMap((screen, number) => ['-screen', String(number), screen])
  const args = [...screenArgs, '-auth', authority, '-nolisten', 'tcp', '-noreset', ...(options.args ?? [])]

  let child: ChildProcess
  let display = ''
  const launch = async (): Promise<void> => {
    // With -displayfd the server finds a free number itself, so two tests never ask for the same.
    child = spawn(xvfbProgram ?? 'Xvfb', [...(display ? [display] : []), '-displayfd', '3', ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    display = `:${await announcedNumber(child)}`
  }
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    // A killed server leaves both behind, and would not start at its number again while another process has its old id.
    const number = display.slice(1)
    rmSync(`/tmp/.X${number}-lock`, { force: true })
    rmSync(`/tmp/.X11-unix/X${number}`, { force: true })
  }
  try {
    await launch()
  } catch (error) {
    removeFolder(folder)
    throw error
  }
  return {
    display,
    authority,
    cookie,
    env: { DISPLAY: display, XAUTHORITY: authority },
    get pid() {
      return child.pid!
    },
    kill,
    restart: launch,
    async stop() {
      await kill()
      removeFolder(folder)
    },
  }
}

/** The number that the server writes when it is ready to be connected to. */
function announcedNumber(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let reported = ''
    let errors = ''
    const late = setTimeout(() => done(new Error(`Xvfb does not become ready: ${errors}`)), 60_000)
    const onExit = (code: number | null) => done(new Error(`Xvfb ended with ${code}: ${errors}`))
    const onError = (error: Error) => done(error)
    const done = (error?: Error) => {
      clearTimeout(late)
      child.off('exit', onExit).off('error', onError)
      if (!error) return resolve(reported.trim())
      child.kill('SIGKILL')
      reject(error)
    }
    child.once('exit', onExit).once('error', onError)
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2000)
    })
    ;(child.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => {
      reported += text
      if (reported.includes('\n')) done()
    })
  })
}

/** An Xauthority file (Xau(3)): one cookie, valid for every host and display. */
function authorityFile(cookie: Buffer): Buffer {
  const wildcard = 0xffff
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  const nothing = Buffer.alloc(0)
  return Buffer.concat([
    Buffer.from([wildcard >> 8, wildcard & 255]),
    field(nothing),
    field(nothing),
    field(Buffer.from('MIT-MAGIC-COOKIE-1')),
    field(cookie),
  ])
}
