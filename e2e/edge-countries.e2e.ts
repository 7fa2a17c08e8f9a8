import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { countryDatabase } from './helpers/country-database.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const reason =
  existsSync('/usr/sbin/nginx') && existsSync('/usr/lib/nginx/modules/ngx_http_geoip2_module.so')
    ? undefined
    : 'nginx with its module for countries is needed: apt-get install nginx-light libnginx-mod-http-geoip2'

/** Viewers, in networks for documentation (RFC 5737, RFC 3849). */
const viewers = { german: '203.0.113.7', germanV6: '2001:db8:de::1', portuguese: '198.51.100.9', unknown: '192.0.2.1' }

describe('a node with a database of countries', () => {
  let folder: string
  let host: RunningHost
  let node: RunningNode

  beforeAll(async () => {
    if (reason !== undefined) return
    folder = mkdtempSync(join(tmpdir(), 'edge-countries-'))
    chmodSync(folder, 0o755)
    const database = join(folder, 'countries.mmdb')
    writeFileSync(database, countryDatabase({ '203.0.113.0/24': 'DE', '2001:db8:de::/48': 'DE', '198.51.100.0/25': 'PT' }))
    const file = join(folder, 'edge.yaml')
    writeFileSync(
      file,
      `cache: {folder: ${join(folder, 'cache')}, size: 500M}
countryDatabase: ${database}
rules:
  - {path: /members/, allowCountries: [DE]}
  - {path: /films/, denyCountries: [PT]}
`,
    )
    host = await startHost({ name: 'edge-countries' })
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    const args = ['--config', file, '--trusted-proxies', '127.0.0.1']
    node = await startNode({ origin: host.http, token, name: 'edge-countries-node', dataDir: join(folder, 'data'), args })
  })
  afterAll(async () => {
    await node?.stop()
    await host?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  const isDenied = async (path: string, viewer: keyof typeof viewers): Promise<boolean> => {
    const reply = await fetch(node.http + path, { headers: { 'x-forwarded-for': viewers[viewer] } })
    await reply.arrayBuffer()
    return reply.status === 451
  }

  it('has rules of paths by the country of each viewer', async () => {
    const denied = async (path: string) => {
      const names = Object.keys(viewers) as (keyof typeof viewers)[]
      const found = await Promise.all(names.map(async (name) => ((await isDenied(path, name)) ? [name] : [])))
      return found.flat()
    }
    expect(await denied('/members/film.mp4')).toEqual(['portuguese', 'unknown'])
    expect(await denied('/films/film.mp4')).toEqual(['portuguese'])
    expect(await denied('/other/film.mp4')).toEqual([])
  })

  it('reports how much was asked for from each country, which the map of traffic shows', async () => {
    const countries = async () => (await host.api('GET', '/network/analytics/traffic')).body.countries.map(({ name }) => name).sort()
    await until(async () => (await countries()).includes('PT'), 'a report')
    expect((await countries()).filter((name) => /^[A-Z]{2}$/.test(name))).toEqual(['DE', 'PT'])
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`${host.http}/network`)
      const map = page.getByTestId('traffic-map')
      await map.waitFor()
      const titles = await page.getByTestId('map-country').locator('title').allTextContents()
      expect(titles.map((title) => title.split(':')[0]).sort()).toEqual(['Germany', 'Portugal'])
      expect(await map.getByRole('img').getAttribute('aria-label')).toContain('2 countries')
      await map.scrollIntoViewIfNeeded()
      await screenshot(page, 'traffic-countries')
    } finally {
      await browser.close()
    }
  })
})
