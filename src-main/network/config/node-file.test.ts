import { expect, it } from 'vitest'
import { readConfigText } from '../../platform/config/config-text.ts'
import { AppError } from '../../platform/errors.ts'
import { defaultLimits } from '../limits/limit-settings.ts'
import { parseNodeFile, readSize } from './node-file.ts'

const optionNames = ['bind', 'httpPort', 'perAddress.connections']
const read = (text: string) => parseNodeFile(readConfigText(text, '/etc/edge.yaml'), optionNames)

it('what is left out has its default, and an empty file is a file', () => {
  expect(read('')).toMatchObject({ rules: [], sites: [], signingKeys: [], hstsSeconds: 0, cache: undefined })
  const { sites } = read(`
sites:
  - name: shop
    hosts: [shop.example]
    origins:
      - url: https://a.example:8443
    rules:
      - {path: /x/, signed: true}
`)
  expect(sites[0]).toMatchObject({
    originHost: 'a.example:8443',
    ttlSeconds: 60,
    missingSeconds: 60,
    origins: [{ weight: 1, backup: false }],
  })
  expect(sites[0]?.rules[0]).toMatchObject({ cache: 'on', slices: false, signed: true, methods: [] })
})

it('takes a token of metrics from 16 characters on', () => {
  expect(read(`metrics: {token: ${'x'.repeat(16)}}`).metrics?.token).toHaveLength(16)
})

it('JSON is read as before, and options of a host are apart', () => {
  const file = read('{"httpPort": 9000, "perAddress": {"connections": 5}, "cache": {"folder": "files", "size": "20G"}, "name": "north"}')
  expect(file.options.value).toEqual({ httpPort: 9000, perAddress: { connections: 5 } })
  expect(file.options.where('httpPort')).toBe('/etc/edge.yaml:1:14')
  expect(file).toMatchObject({ name: 'north', cache: { folder: '/etc/files', maxBytes: 20 * 2 ** 30 } })
})

it.each<[string, RegExp]>([
  ['site: []', /^\/etc\/edge\.yaml:1:1: site no such property.*is "sites" meant\?/],
  ['rules:\n  - path: /\n    Signd: true', /edge\.yaml:3:5: rules\[0\]\.Signd .*is "signed" meant\?/],
  ['htpPort: 1', /edge\.yaml:1:1: htpPort .*is "httpPort" meant\?/],
  ['qqqqqqqqqqqqqqqqqq: 1', /^\/etc\/edge\.yaml:1:1: q+ no such property \([^)]*\)$/],
  ['hstsSeconds: 1\nrules:\n- cache: on', /edge\.yaml:3:3: rules\[0\]\.path is missing/],
  ['rules: 1', /edge\.yaml:1:8: rules must be a list/],
  ['signingKeys:\n  - id: a\n    secret: short', /edge\.yaml:3:13: signingKeys\[0\]\.secret/],
  ["signingKeys: [{id: 'a\"b', secret: xxxxxxxxxxxxxxxxxxxx}]", /edge\.yaml:1:20: signingKeys\[0\]\.id/],
  ['sites: [{name: a, hosts: [], origins: [{url: http://a}]}]', /sites\[0\]\.hosts/],
  ['sites:\n- name: a\n  hosts: [a]\n  origins:\n  - url: file:///etc', /edge\.yaml:5:10: .*sites\[0\]\.origins\[0\]/],
  ['cache: {folder: x, size: 0G}', /edge\.yaml:1:26: cache\.size/],
  [`metrics: {token: ${'x'.repeat(15)}}`, /edge\.yaml:1:18: metrics\.token/],
  ['[]', /edge\.yaml:1:1: \(whole file\) must be an object/],
  ['a: [', /edge\.yaml:1:5: is not YAML/],
  ['name: a\nname: b', /edge\.yaml:2:1: is not YAML/],
  ['name: &x a\norigin: *x', /edge\.yaml:2:9: aliases/],
  ['name: !!js/function x', /edge\.yaml:1:7: is not YAML/],
  ['__proto__: {polluted: 1}', /edge\.yaml:1:1: __proto__ no such property/],
  ['['.repeat(20_000), /edge\.yaml.*(is not YAML|nested too deeply)/],
  [' '.repeat(2 ** 21), /is longer/],
])('a fault is rejected with its place (%#)', (text, message) => {
  expect(() => read(text)).toThrow(message)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

it('what is found later is located too: in a site, and in the rules of the origin behind all sites', () => {
  const file = read('rules:\n  - path: /a/\nsites:\n  - name: a\n    hosts: [a]\n    origins: [{url: http://a}]')
  const error = (option: string) => new AppError('config.invalid', 'wrong', { details: { option } })
  expect(file.locate(error('sites[1].rules[0].path'))).toMatchObject({ message: '/etc/edge.yaml:2:11: wrong', code: 'config.invalid' })
  expect(file.locate(error('sites[0].hosts'))).toMatchObject({ message: '/etc/edge.yaml:5:12: wrong' })
  const other = error('listen[0]')
  expect(file.locate(other)).toBe(other)
})

it('limits that are left out are the usual ones', () => {
  expect(read('limits: {live: {perMinute: 5, burst: 2}}').limits).toEqual({ ...defaultLimits, live: { perMinute: 5, burst: 2 } })
  expect(() => read('limits:\n  anonymous: {perMinute: 0, burst: 1}')).toThrow(/edge\.yaml:2:26: limits\.anonymous\.perMinute/)
  expect(() => read('limits: {routes: [{path: "^(a+)+$", perMinute: 1, burst: 1}]}')).toThrow(/limits\.routes\[0\]\.path/)
})

it('sizes have a unit', () => {
  expect(readSize('500M', '--cache-size')).toBe(500 * 2 ** 20)
  expect(() => readSize('0G', '--cache-size')).toThrow(/--cache-size: "0G"/)
})
