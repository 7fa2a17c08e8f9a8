import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AppError } from '../errors.ts'
import { readConfigText } from './config-text.ts'
import { defaultDataFolder } from './data-folder.ts'
import { HostOptionsSchema } from './host-options.ts'
import { optionSpecs } from './option-specs.ts'
import { readOptionFile, resolveOptions } from './resolve-options.ts'

const specs = optionSpecs(HostOptionsSchema)
const rejection = (work: () => unknown): AppError => {
  try {
    work()
  } catch (error) {
    return error as AppError
  }
  throw new Error('was not refused')
}

describe('options', () => {
  it('come from flag, environment, file and default, in that order', () => {
    const inputs = {
      flags: { httpPort: '1' },
      environment: { STREAMS_HTTP_PORT: '2', STREAMS_RTMP_PORT: '3' },
      file: readConfigText('httpPort: 4\nrtmpPort: 5\nhttpsPort: off', 'f.yaml'),
    }
    const { values, sources } = resolveOptions(specs, inputs)
    expect(values).toMatchObject({ httpPort: 1, rtmpPort: 3, httpsPort: 'off', rtmpsPort: 1936, auth: 'auto' })
    expect([sources.get('httpPort'), sources.get('rtmpPort'), sources.get('httpsPort'), sources.get('auth')]).toEqual([
      'flag',
      'environment',
      'file',
      'default',
    ])
  })

  it('that are URLs are rejected where they cannot be read', () => {
    for (const publicUrl of ['http://[', 'https://a:99999', 'https://a%']) {
      expect(rejection(() => resolveOptions(specs, { flags: { publicUrl }, environment: {} })).message, publicUrl).toMatch(/is not a URL/)
    }
    expect(resolveOptions(specs, { flags: { publicUrl: 'https://[::1]:8443' }, environment: {} }).values.publicUrl).toBe(
      'https://[::1]:8443',
    )
  })

  it('that are wrong are named with their source and what was wrong, all at once', () => {
    const error = rejection(() =>
      resolveOptions(specs, {
        flags: { httpPort: '70000' },
        environment: { STREAMS_AUTH: 'maybe' },
        file: readConfigText('htpPort: 1\nlogLevel: 3\nperAddress: {conections: 1}', 'f.yaml'),
      }),
    )
    expect(error.code).toBe('config.invalid')
    expect(error.message).toContain('httpPort (from flag --http-port): "70000" is not a whole number from 0 to 65535')
    expect(error.message).toContain('auth (from environment variable STREAMS_AUTH): "maybe" is none of auto, on, off')
    expect(error.message).toContain('htpPort (from file f.yaml:1:1): there is no option of that name: is "httpPort" meant?')
    expect(error.message).toContain('logLevel (from file f.yaml:2:11): 3 is none of')
    expect(error.message).toContain('perAddress.conections (from file f.yaml:3:14): there is no option')
  })

  it.each([
    ['unknown: {}', 'unknown (from file origin.yaml:1:1): there is no option of that name'],
    ['perAdress:\n  connections: 5', 'perAdress (from file origin.yaml:1:1): there is no option of that name: is "perAddress" meant?'],
    ['bind: 127.0.0.1\nperAddress: 5', 'perAddress (from file origin.yaml:2:13): must be an object of options'],
    ['perAddress: [1]', 'perAddress (from file origin.yaml:1:13): must be an object of options'],
    ['httpPort: abc', 'httpPort (from file origin.yaml:1:11): "abc" is not a whole number from 0 to 65535'],
    ['bind:\n  - 127.0.0.1', 'bind (from file origin.yaml:2:3): ["127.0.0.1"] is not text'],
    ['bind: a\nbind: b', 'origin.yaml:2:1: is not YAML'],
    ['sites: []', 'sites (from file origin.yaml:1:1): there is no option of that name'],
  ])('of a file are rejected with line, column and what was meant: %j', (text, message) => {
    expect(rejection(() => resolveOptions(specs, { file: readConfigText(text, 'origin.yaml') })).message).toContain(message)
  })

  it('of a file may be left out below an object that is there', () => {
    expect(resolveOptions(specs, { file: readConfigText('perAddress:\n', 'origin.yaml') }).sources.get('perAddress.connections')).toBe(
      'default',
    )
  })

  it('of a file that is missing, broken or no object are rejected by the name of the file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'options-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const file = join(dir, 'config.json')
    expect(readOptionFile(file, false)).toBeUndefined()
    expect(rejection(() => readOptionFile(file, true)).message).toContain(file)
    writeFileSync(file, '{ "httpPort": ')
    expect(rejection(() => readOptionFile(file, false)).message).toMatch(/config\.json:1:\d+: is not YAML/)
    expect(rejection(() => resolveOptions(specs, { file: readConfigText('7', file) })).message).toContain('is not an object')
  })

  it('put the data where each system keeps it', () => {
    expect(defaultDataFolder('linux', { XDG_DATA_HOME: '/x' }, '/home/u')).toBe('/x/ami-streams')
    expect(defaultDataFolder('linux', {}, '/home/u')).toBe('/home/u/.local/share/ami-streams')
    expect(defaultDataFolder('darwin', {}, '/Users/u')).toBe('/Users/u/Library/Application Support/AMI Streams')
    expect(defaultDataFolder('win32', { LOCALAPPDATA: 'L' }, 'C:')).toContain('AMI Streams')
  })
})
