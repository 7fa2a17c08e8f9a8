import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { streams } from './helpers/command.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { until } from './helpers/until.ts'

interface Item {
  readonly name: string
  readonly state: string
  readonly kind: string
  readonly message: string
}

describe('a fleet of nodes', () => {
  let host: RunningHost
  let folder: string
  const nodes: RunningNode[] = []

  const network = (...args: readonly string[]) => streams(['--json', 'network', ...args], { dataDir: host.dataDir })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const restart = async (index: number): Promise<void> => {
    const { dataDir } = nodes[index] as RunningNode
    await nodes[index]?.kill()
    nodes[index] = await startNode({ dataDir, name: `fleet-${index}`, ...optionsOf(index) })
  }
  // The second has nginx, which looks at more of what a configuration says.
  const optionsOf = (index: number) => (index === 1 ? { args: ['--cache', join(folder, 'cache')] } : {})
  const isLimited = async (index: number): Promise<boolean> => {
    const all = await Promise.all(Array.from({ length: 8 }, () => fetch(`${nodes[index]?.http}/live/none/index.m3u8`)))
    return all.some(({ status }) => status === 429)
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ami-fleet-'))
    // Workers of nginx reach the cache.
    chmodSync(folder, 0o755)
    host = await startHost({ name: 'fleet' })
    for (const index of [0, 1]) {
      const { body } = await host.api('POST', '/network/join-tokens', { expiresInS: 600 })
      const dataDir = mkdtempSync(join(folder, 'node-'))
      nodes.push(await startNode({ origin: host.http, token: body.token, dataDir, name: `fleet-${index}`, ...optionsOf(index) }))
    }
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
    await host?.stop()
    removeFolder(folder)
  })

  it('is configured by groups, is shown what would change before, and keeps it over a restart', async () => {
    const first = file('south.yaml', 'region: south\nsigningKeys:\n  - {id: k1, secret: sixteen-or-more-characters}\n')
    expect((await network('assign', 'fleet-0', '--group', 'south')).json().error.code).toBe('network.group_not_found')
    const preview = (await network('group', 'set', 'south', first, '--check')).json()
    expect(preview.lines.map(({ kind }: Item) => kind)).toEqual(['added', 'added', 'added'])
    expect(JSON.stringify(preview)).not.toContain('sixteen')
    const made = await network('group', 'set', 'south', first, '--watch', '0')
    expect(made.json(), made.errors).toMatchObject({ state: 'done', nodes: [] })
    for (const name of ['fleet-0', 'fleet-1'])
      expect((await network('assign', name, '--group', 'south', '--labels', 'ssd,country=es')).json()).toMatchObject({ group: 'south' })
    const regions = async () => (await host.api('GET', '/network/nodes')).body.items.map(({ traffic }) => traffic?.region)
    await until(async () => (await regions()).every((region) => region === 'south'), 'the region of both nodes')
    for (const { dataDir } of nodes) expect(readFileSync(join(dataDir, 'node/group.json'), 'utf8')).toContain('region: south')
    await restart(0)
    await until(async () => (await network('drift')).json().items.every(({ state }: Item) => state === 'ok'), 'nodes without differences')
    expect((await network('group', 'show', 'south')).json().configuration).toContain('secret: (kept secret)')
    const typo = (await network('group', 'set', 'south', file('typo.yaml', 'regoin: x'))).json()
    expect(typo.error.message).toMatch(/configuration:1:1: regoin .*is "region" meant\?/)
  })

  it('goes back by itself where the second node rejects what the first has taken', async () => {
    const limits = 'region: south\nlimits: {live: {perMinute: 60, burst: 3}, anonymous: {perMinute: 60, burst: 3}}\n'
    const bad = file('bad.yaml', `${limits}countryDatabase: /missing/countries.mmdb\n`)
    // Requests of the machine itself are never limited: what counts is that the first had it, and has it no more.
    const failed = (await network('group', 'set', 'south', bad, '--watch', '0')).json()
    expect(failed.error.code).toBe('network.configuration_rejected')
    expect(failed.error.message).toContain('countr')
    const rollout = (await host.api('GET', '/network/rollouts')).body.items.at(-1)
    expect(rollout?.nodes.map(({ name, state }) => `${name} ${state}`)).toEqual(['fleet-0 undone', 'fleet-1 failed'])
    for (const { dataDir } of nodes) expect(readFileSync(join(dataDir, 'node/group.json'), 'utf8')).not.toContain('limits')
    expect(await isLimited(0)).toBe(false)
    const good = await network('group', 'set', 'south', file('good.yaml', 'region: east\n'), '--watch', '0')
    expect(good.json(), good.errors).toMatchObject({ state: 'done' })
    const back = await network('group', 'rollback', 'south', '--watch', '0')
    expect(back.json(), back.errors).toMatchObject({ state: 'done' })
    expect((await network('group', 'show', 'south')).json().configuration).toContain('region: south')
  })

  it('answers the lines of its logs, and what differs where its own file says something else', async () => {
    const log = (await network('log', '--group', 'south', '--lines', '50')).json()
    expect(log.missing).toEqual([])
    expect(new Set(log.items.map(({ name }: Item) => name))).toEqual(new Set(['fleet-0', 'fleet-1']))
    expect(log.items.some(({ message }: Item) => message === 'connected to the origin')).toBe(true)
    expect(JSON.stringify(log)).not.toMatch(/join_[\w-]{10}|sixteen/)
    expect((await network('log', '--label', 'none')).json().items).toEqual([])
    const { dataDir } = nodes[0] as RunningNode
    await nodes[0]?.kill()
    nodes[0] = await startNode({ dataDir, name: 'fleet-0', args: ['--config', file('edge.yaml', 'region: own\n')] })
    const [first] = (await network('drift')).json().items
    expect(first).toMatchObject({ state: 'drifted', differences: [{ kind: 'own-file' }] })
  })

  it('is configured on the page: the difference, the rollout, groups of nodes, differences and logs', async () => {
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`${host.http}/network`)
      await page.getByTestId('edit-group').click()
      const text = page.getByTestId('group-text')
      await text.fill(`${await text.inputValue()}hstsSeconds: 60\n`)
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('group-watch').fill('1')
      await page.getByTestId('group-preview').click()
      expect(await page.getByTestId('group-difference').innerText()).toContain('+ hstsSeconds: 60')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('group-roll-out').click()
      await page.locator('[data-testid="rollout"][data-state="done"]').waitFor({ timeout: 60_000 })
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('rollout-close').click()
      const name = nodes[1]?.id
      await page.locator(`[data-testid="assign-node"][data-node="${name}"]`).click()
      await page.getByTestId('assign-labels').fill('ssd, tier-1')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('assign-save').click()
      await page.locator('[data-testid="node-card"]', { hasText: 'tier-1' }).waitFor()
      await page.getByTestId('check-drift').click()
      await page.locator('[data-testid="drift"] [data-state="drifted"]', { hasText: 'Its own file says region' }).waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByTestId('show-node-log').click()
      await page.getByTestId('node-log').getByText('connected to the origin').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByTestId('update-nodes').click()
      await page.getByTestId('update-start').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
    } finally {
      await browser.close()
    }
  })

  it('gets new keys without losing its place, and the one before opens nothing any more', async () => {
    const { id, dataDir } = nodes[1] as RunningNode
    const state = () => JSON.parse(readFileSync(join(dataDir, 'node/node.json'), 'utf8')) as { privateKey: string }
    const before = state()
    const connected = async () => (await host.api('GET', '/network/nodes')).body.items.find((node) => node.id === id)
    const since = (await connected())?.connectedSince
    expect((await network('new-key', 'fleet-1')).json()).toEqual({ nodes: [id] })
    await until(async () => {
      const node = await connected()
      return node?.connected === true && node.connectedSince !== since
    }, 'a connection with the new key')
    expect(state().privateKey).not.toBe(before.privateKey)
    await nodes[1]?.kill()
    const kept = readFileSync(join(dataDir, 'node/node.json'), 'utf8')
    writeFileSync(join(dataDir, 'node/node.json'), JSON.stringify({ ...state(), privateKey: before.privateKey }))
    nodes[1] = await startNode({ dataDir, name: 'fleet-1' })
    const origin = async () => (await (await fetch(`${nodes[1]?.http}/api/v1/cdn/health`)).json()).origin
    await until(async () => (await origin()) === 'rejected', 'the former key to be rejected')
    await nodes[1]?.kill()
    writeFileSync(join(dataDir, 'node/node.json'), kept)
    nodes[1] = await startNode({ dataDir, name: 'fleet-1' })
    await until(async () => (await origin()) === 'connected', 'the new key after a restart')
    await host.api('POST', '/network/join-tokens', { expiresInS: 600 })
    expect((await network('delete-tokens')).json()).toEqual({ deleted: 1 })
  })
})
