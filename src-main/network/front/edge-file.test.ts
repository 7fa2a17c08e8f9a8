import { expect, it } from 'vitest'
import { parseEdgeFile } from './edge-file.ts'

const read = (content: unknown) => parseEdgeFile(JSON.stringify(content), 'edge.json')

it('what is left out has its default', () => {
  expect(read({})).toMatchObject({ rules: [], sites: [], signingKeys: [], hstsSeconds: 0 })
  const { sites } = read({
    sites: [
      { name: 'shop', hosts: ['shop.example'], origins: [{ url: 'https://a.example:8443' }], rules: [{ path: '/x/', signed: true }] },
    ],
  }) // prettier-ignore
  expect(sites[0]).toMatchObject({
    originHost: 'a.example:8443',
    ttlSeconds: 60,
    missingSeconds: 60,
    origins: [{ weight: 1, backup: false }],
  })
  expect(sites[0]?.rules[0]).toMatchObject({ cache: 'on', slices: false, signed: true, methods: [] })
})

it.each<[unknown, RegExp]>([
  [{ site: [] }, /site no such property.*is "sites" meant\?/],
  [{ rules: [{ path: '/', Signd: true }] }, /rules\[0\]\.Signd .*is "signed" meant\?/],
  [{ qqqqqqqqqqqqqqqqqq: 1 }, /^edge.json: q+ no such property \([^)]*\)$/],
  [{ rules: [{ cache: 'on' }] }, /rules\[0\]\.path is missing/],
  [{ rules: 1 }, /rules must be a list/],
  [{ signingKeys: [{ id: 'a', secret: 'short' }] }, /signingKeys\[0\]\.secret/],
  [{ signingKeys: [{ id: 'a"b', secret: 'x'.repeat(20) }] }, /signingKeys\[0\]\.id/],
  [{ sites: [{ name: 'a', hosts: [], origins: [{ url: 'http://a' }] }] }, /sites\[0\]\.hosts/],
  [{ sites: [{ name: 'a', hosts: ['a'], origins: [{ url: 'file:///etc' }] }] }, /sites\[0\]\.origins\[0\]/],
  [[], /whole file|must be an object/],
])('%j is rejected with its place', (content, message) => expect(() => read(content)).toThrow(message))

it('text that is not JSON, or too long, is rejected', () => {
  expect(() => parseEdgeFile('{', 'edge.json')).toThrow(/edge\.json: is not JSON/)
  expect(() => parseEdgeFile(' '.repeat(2 ** 21), 'edge.json')).toThrow(/is longer/)
})
