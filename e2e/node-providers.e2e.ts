import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHetznerDouble } from '../src-main/network/provisioning/providers/testing/hetzner-double.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts, root } from './helpers/paths.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { freePort } from './helpers/relay-targets.ts'
import { until } from './helpers/until.ts'

/**
 * A program of an operator whose machines are processes of this one: it takes the join token and the port from the user data, and starts a
 * node with them, as the script would at the first boot.
 */
const program = (folder: string): string => `#!${process.execPath}
const fs = require('node:fs')
const { spawn } = require('node:child_process')
const folder = ${JSON.stringify(folder)}
const { owner, name, userData, id } = JSON.parse(fs.readFileSync(0, 'utf8'))
const all = () => fs.readdirSync(folder).map((file) => JSON.parse(fs.readFileSync(folder + '/' + file, 'utf8')))
const shown = ({ id, name }) => ({ id, name, addresses: ['127.0.0.1'] })
switch (process.argv[2]) {
  case 'offers':
    console.log(JSON.stringify({
      currency: 'EUR',
      regions: [{ name: 'here', description: 'This machine' }],
      sizes: [{ name: 'process', description: 'A process', architecture: 'x64', cpus: 1, memoryMb: 512, prices: [{ region: 'here', perHour: 0.01 }] }],
    }))
    break
  case 'list':
    console.log(JSON.stringify({ machines: all().filter((machine) => machine.owner === owner).map(shown) }))
    break
  case 'create': {
    const [token] = /join_[A-Za-z0-9_-]+(\\.[0-9a-f]{64})?/.exec(userData)
    const [, origin] = /--origin (\\S+)/.exec(userData)
    const [, port] = /--http-port (\\d+)/.exec(userData)
    const child = spawn(process.execPath, [${JSON.stringify(join(root, 'dist/host/main.js'))}, 'edge', '--data', folder + '.data/' + name,
      '--origin', origin, '--token', token, '--name', name, '--bind', '127.0.0.1', '--http-port', port === '1' ? '0' : port, '--https-port', 'off'],
      { detached: true, stdio: 'ignore' })
    const machine = { id: String(child.pid), name, owner }
    fs.writeFileSync(folder + '/' + machine.id, JSON.stringify(machine))
    child.unref()
    // Long enough for a host to die between the machine and the answer.
    setTimeout(() => {
      console.log(JSON.stringify(shown(machine)))
      process.exit(0)
    }, 1000)
    break
  }
  case 'destroy':
    if (fs.existsSync(folder + '/' + id)) {
      try { process.kill(Number(id), 'SIGTERM') } catch {}
      fs.rmSync(folder + '/' + id)
    }
}
`

describe('machines of providers', () => {
  let folder: string
  let host: RunningHost
  let rented: string
  const machines = async () => (await host.api('GET', '/network/cloud-machines')).body.items
  const nodes = async () => (await host.api('GET', '/network/nodes')).body.items
  const cloud = (...args: readonly string[]) => streams(['--json', 'network', ...args], { dataDir: host.dataDir })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ami-providers-'))
    rented = join(folder, 'rented')
    const data = join(folder, 'data')
    for (const each of [rented, `${rented}.data`, join(data, 'packages'), join(data, 'providers')]) mkdirSync(each, { recursive: true })
    // What is packed is not read here: the double of a machine runs the program as it is.
    for (const architecture of ['x64', 'arm64'])
      writeFileSync(join(data, `packages/ami-streams-0.1.0-linux-${architecture}.tar.gz`), 'archive')
    writeFileSync(join(data, 'providers/rent'), program(rented))
    chmodSync(join(data, 'providers/rent'), 0o700)
    host = await startHost({ dataDir: data })
  })
  afterAll(async () => {
    await host?.stop()
    for (const pid of existsSync(rented) ? readdirSync(rented) : [])
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch {
        // it has ended
      }
    removeFolder(folder)
  })

  it('a machine is ordered by command, becomes a node that serves viewers, and is gone when it is destroyed', async () => {
    const set = await cloud('provider', 'set', 'mine', '--program', 'rent', '--max-per-hour', '0.025')
    expect(set.json(), set.errors).toMatchObject({ name: 'mine', kind: 'command', machines: 0 })
    expect((await cloud('provider', 'offers', 'mine')).json().sizes).toHaveLength(1)
    const port = String(await freePort())
    const order = () =>
      cloud(
        'machine',
        'order',
        'mine',
        'process',
        'here',
        '--http-port',
        port,
        '--https-port',
        'off',
        '--public-url',
        `http://{ip}:${port}`,
      )
    const ordered = await order()
    expect(ordered.json(), ordered.errors).toMatchObject({ state: 'ordering', perHour: 0.01 })
    const machine = await until(async () => (await machines()).find(({ state }) => state === 'ready'), 'the machine to be ready')
    expect(await nodes()).toMatchObject([
      { id: machine.nodeId, name: machine.name, connected: true, publicUrl: `http://127.0.0.1:${port}` },
    ])
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/cdn/health`)).status).toBe(200)
    const rejected = await cloud('provider', 'remove', 'mine')
    expect(rejected.errors + rejected.out).toContain('network.provider_in_use')
    const gone = await cloud('machine', 'destroy', machine.name, '--drain', '0')
    expect(gone.json(), gone.errors).toMatchObject({ id: machine.id })
    await until(async () => (await machines()).length === 0, 'the machine to be gone')
    expect([await nodes(), readdirSync(rented)]).toEqual([[], []])
    await until(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) === undefined, 'its node to have ended')
  })

  it('scaling keeps its floor by itself, up to the budget, and finds a machine again after the host has died', async () => {
    // Any free port: machines of this double share one.
    const port = 1
    const set = (changes: object) =>
      host.api('PUT', '/network/scaling', {
        ...{ enabled: true, dryRun: false, provider: 'mine', size: 'process', regions: ['here'], floor: 1, ceiling: 3 },
        ...{ origin: host.http, publicUrl: 'http://{ip}', httpPort: port, httpsPort: 'off', ...changes },
      })
    expect((await set({ regions: ['nowhere'] })).body).toMatchObject({ code: 'network.provider_invalid' })
    const dry = await set({ dryRun: true })
    expect([dry.status, dry.body.code]).toEqual([200, undefined])
    const decisions = async () => (await host.api('GET', '/network/scaling')).body.decisions
    const [decision] = await until(async () => {
      const made = await decisions()
      return made.length > 0 && made
    }, 'a decision')
    expect(decision).toMatchObject({ action: 'add', why: 'below-floor', count: 1, dryRun: true })
    expect(await machines()).toEqual([])
    await set({})
    // The machine is made and not answered yet: it was written down before, and is found by its name.
    await until(async () => (await machines()).length === 1 && readdirSync(rented).length === 1, 'a machine to be ordered')
    await host.kill()
    host = await startHost({ dataDir: host.dataDir, httpPort: host.httpPort })
    await until(async () => (await machines()).some(({ state }) => state === 'ready'), 'a machine to be ready')
    await until(async () => {
      const ready = (await machines()).filter(({ state }) => state === 'ready').map(({ providerId }) => providerId)
      // One that was ordered in the moment of its death, and never made, is looked for still.
      return ready.length === 1 && readdirSync(rented).join() === ready.join()
    }, 'nothing to be left but the machine of the floor')
    await set({ enabled: false })
    for (const { id, state } of await machines())
      if (state === 'ready') await host.api('POST', `/network/cloud-machines/${id}/destroy`, { drainS: 0 })
    await until(async () => readdirSync(rented).length === 0, 'the machine to be gone')
  })

  it('a provider is set up on the page, a machine ordered and destroyed, and decisions are shown', async () => {
    const double = await startHetznerDouble('token-1')
    const browser = await launchBrowser()
    try {
      const other = await host.api('PUT', '/network/providers/cloud', {
        ...{ kind: 'hetzner', token: 'token-1', url: double.url, maxMachines: 3, maxPerHour: 0.5 },
      })
      expect(other.body).toMatchObject({ kind: 'hetzner', url: double.url })
      expect(JSON.stringify(other.body)).not.toContain('token-1')
      for (const file of readdirSync(host.dataDir).filter((name) => name.includes('sqlite') || name.endsWith('.db')))
        expect(readFileSync(join(host.dataDir, file), 'latin1'), file).not.toContain('token-1')
      expect(
        (
          await host.api('PUT', '/network/providers/cloud', {
            kind: 'hetzner',
            url: 'https://other.example',
            maxMachines: 1,
            maxPerHour: 1,
          })
        ).body.detail,
      ).toContain('needs a token')
      expect((await host.api('PUT', '/network/scaling', { cacheSize: '50G', drainS: 77 })).status).toBe(200)
      const page = await browser.newPage()
      await page.goto(`${host.http}/network`)
      const panel = page.getByTestId('cloud-panel')
      await panel.getByTestId('add-provider').click()
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('provider-name').fill('again')
      await page.getByTestId('provider-kind').selectOption('command')
      await page.getByTestId('provider-save').click()
      await panel.locator('[data-provider="again"]').waitFor()
      await page.screenshot({ path: join(artifacts, 'cloud-panel.png'), fullPage: true })
      await panel.getByTestId('order-machine').click()
      await page.getByTestId('order-provider').selectOption('cloud')
      await page.getByTestId('order-size').selectOption('cax11')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('order-submit').click()
      await panel.locator('[data-testid="cloud-machine"][data-state="booting"]').waitFor()
      expect([...double.servers.values()].map(({ userData }) => userData.startsWith('#!/bin/sh'))).toEqual([true])
      await panel.locator('[data-testid="cloud-machine"][data-state="booting"]').getByTestId('destroy-machine').click()
      await page.getByRole('button', { name: 'Destroy machine', exact: true }).click()
      await until(async () => double.servers.size === 0, 'the machine to be gone')
      await panel.locator('[data-testid="cloud-machine"][data-state="booting"]').waitFor({ state: 'detached' })
      await panel.getByTestId('change-scaling').click()
      await page.getByTestId('scaling-mode').selectOption('dryRun')
      await page.getByTestId('order-provider').selectOption('again')
      await page.getByTestId('order-size').waitFor()
      await page.getByTestId('order-regions').fill('here')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('scaling-save').click()
      await panel.locator('[data-testid="scaling"][data-mode="dryRun"]').waitFor()
      // what the page does not ask for is as it was
      expect((await host.api('GET', '/network/scaling')).body.settings).toMatchObject({ cacheSize: '50G', drainS: 77, regions: ['here'] })
      await panel.locator('[data-testid="scaling-decision"][data-why="below-floor"]').first().waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
    } finally {
      await browser.close()
      await double.close()
    }
  })
})
