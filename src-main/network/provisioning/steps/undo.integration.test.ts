import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeLayout } from '../layout.ts'
import { scriptBytes } from '../ssh/remote-script.ts'
import { configureScript, finishScript, prepareScript, startScript } from './prepare.ts'
import { undoScript } from './remove.ts'

const name = 'ami-streams-node'
const key = `var/lib/${name}/node/node.json`

// The scripts themselves, with their folders below one of the test, and doubles of what only root may do.
describe.skipIf(process.platform !== 'linux')('going back on a machine', () => {
  let root: string
  const at = (path: string): string => join(root, path)
  const write = (path: string, text = ''): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text, { mode: 0o755 })
  }
  const run = (script: string, ...values: readonly string[]): readonly [number | null, string] => {
    const own = `PATH=${at('bin')}:$PATH\n${script.replace(/(?<==)\/(?=(?:opt|var|etc)\/)/g, `${root}/`)}`
    const { status, stdout } = spawnSync('sh', { input: scriptBytes(own, values), encoding: 'utf8', timeout: 20_000 })
    return [status, stdout.trim()]
  }
  /** A node that was set up, as `finishScript` leaves it. */
  const healthy = (): void => {
    write(`opt/${name}/releases/1/program`)
    symlinkSync('releases/1', at(`opt/${name}/current`))
    write(`etc/systemd/system/${name}.service`, 'unit 1')
    write(`etc/${name}/made`, 'user\n')
    write(key, '{ "id": "node-1", "origin": "https://origin.example" }')
    write(`var/cache/${name}/object`)
  }
  const isThere = (): boolean =>
    [`opt/${name}/releases/1/program`, `etc/systemd/system/${name}.service`, `etc/${name}/made`, key, `var/cache/${name}/object`].every(
      (path) => existsSync(at(path)),
    ) && readlinkSync(at(`opt/${name}/current`)) === 'releases/1'
  const traces = (): readonly string[] =>
    [`opt/${name}`, `etc/systemd/system/${name}.service`, `etc/${name}`, `var/lib/${name}`, `var/cache/${name}`].filter((path) =>
      existsSync(at(path)),
    )
  const undo = (staying?: Parameters<typeof undoScript>[2]) => run(undoScript(nodeLayout, ':', staying))

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ami-undo-'))
    for (const double of ['getent', 'systemctl', 'useradd', 'userdel']) write(`bin/${double}`, '#!/bin/sh\n')
    for (const folder of ['opt', 'etc/systemd/system', 'var/lib', 'var/cache']) mkdirSync(at(folder), { recursive: true })
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it.each(['untouched', 'occupied', 'any'] as const)('leaves a node alone on which nothing was prepared (%s)', (staying) => {
    healthy()
    expect(undo(staying)).toEqual([0, 'kept'])
    expect(isThere()).toBe(true)
  })

  it.each(['untouched', 'occupied', 'any'] as const)('leaves a node alone whose preparing failed (%s)', (staying) => {
    healthy()
    write('bin/install', '#!/bin/sh\nexit 1\n')
    expect(run(prepareScript(nodeLayout))[0]).toBe(1)
    expect(undo(staying)).toEqual([0, 'kept'])
    expect(isThere()).toBe(true)
  })

  it.each(['untouched', 'occupied', 'any'] as const)('goes back to the release before (%s)', (staying) => {
    healthy()
    expect(run(prepareScript(nodeLayout))).toEqual([0, 'node node-1 https://origin.example'])
    write(`opt/${name}/releases/2/program`)
    run(configureScript(nodeLayout), 'unit 2', '')
    expect(run(startScript(nodeLayout), '2')[0]).toBe(0)
    expect(readlinkSync(at(`opt/${name}/current`))).toBe('releases/2')
    expect(undo(staying)).toEqual([0, 'back'])
    expect([isThere(), readdirSync(at(`opt/${name}/releases`))]).toEqual([true, ['1']])
  })

  it('never removes a node that was there, though a run before was cut off before it had ended', () => {
    healthy()
    mkdirSync(at(`etc/${name}/before`))
    expect(run(prepareScript(nodeLayout))[0]).toBe(0)
    expect(undo('any')).toEqual([0, 'kept'])
    expect(undo('occupied')).toEqual([0, 'kept'])
    expect(isThere()).toBe(true)
  })

  it('leaves nothing of a node that was not there', () => {
    expect(run(prepareScript(nodeLayout))).toEqual([0, ''])
    expect(undo('occupied')).toEqual([0, 'removed'])
    expect(traces()).toEqual([])
    expect(run(prepareScript(nodeLayout))).toEqual([0, ''])
    write(`opt/${name}/releases/1/program`)
    run(configureScript(nodeLayout), 'unit 1', 'token')
    run(startScript(nodeLayout), '1')
    write(key, '{}')
    expect(undo()).toEqual([0, 'removed'])
    expect(traces()).toEqual([])
  })

  it('leaves a node alone once it is finished', () => {
    expect(run(prepareScript(nodeLayout))).toEqual([0, ''])
    healthy()
    expect(run(finishScript(nodeLayout))[0]).toBe(0)
    expect(undo()).toEqual([0, 'kept'])
    expect(isThere()).toBe(true)
  })
})
