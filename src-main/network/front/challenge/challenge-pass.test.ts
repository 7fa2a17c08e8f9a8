import { createContext, runInContext } from 'node:vm'
import { expect, it } from 'vitest'
import { challengeAnswer, isPass, passesOf, puzzleFor } from './challenge-pass.ts'

const options = { bits: 10, passSeconds: 600, secrets: ['new', 'old'] }
const nowMs = Date.UTC(2026, 0, 1)
const [network, agent] = ['203.0.113.1', 'Browser/1.0']
const solve = (puzzle: string, given = options): string => {
  for (let number = 0; ; number++) if (isPass(given, `${puzzle}.${number}`, network, agent, nowMs)) return `${puzzle}.${number}`
}

it('a pass is valid for its network, its program and its time, while no more work is asked for', () => {
  const pass = solve(puzzleFor(options, network, agent, nowMs))
  const valid = (given: string, of = network, by = agent, at = nowMs, with_ = options) => isPass(with_, given, of, by, at)
  expect(valid(pass)).toBe(true)
  expect(valid(pass, network, agent, nowMs + 600_000)).toBe(true)
  expect(valid(pass, network, agent, nowMs + 600_001)).toBe(false)
  expect(valid(pass, '203.0.113.2')).toBe(false)
  expect(valid(pass, network, 'Other/1.0')).toBe(false)
  expect(valid(pass, network, agent, nowMs, { ...options, bits: 11 })).toBe(false)
  expect(valid(pass, network, agent, nowMs, { ...options, secrets: ['newer', 'new'] })).toBe(true)
  expect(valid(pass, network, agent, nowMs, { ...options, secrets: ['newer', 'newest'] })).toBe(false)
})

it.each(['', '.', 'x', '1.10.aaaaaaaaaaaaaaaaaaaaaa.1', '9999999999.10.aaaaaaaaaaaaaaaaaaaaaa.1', '9'.repeat(5000)])(
  'what was not solved is no pass (%#)',
  (pass) => expect(isPass(options, pass, network, agent, nowMs)).toBe(false),
)

it('a later end, less work or another number is no pass', () => {
  const pass = solve(puzzleFor(options, network, agent, nowMs))
  const [expires = '', bits = '', mac = '', number = ''] = pass.split('.')
  const changed = [`${Number(expires) + 1}.${bits}.${mac}.${number}`, `${expires}.11.${mac}.${number}`, `${pass}0`, `${pass}.1`]
  for (const each of changed) expect(isPass({ ...options, bits: 1 }, each, network, agent, nowMs)).toBe(false)
})

it('passes are in the header, else in cookies, of which there may be older ones', () => {
  expect(passesOf({ headers: { cookie: 'a=b; ami_pass=1.2.x.3; c=d' } })).toEqual(['1.2.x.3'])
  expect(passesOf({ headers: { 'cookie': 'ami_pass=1', 'challenge-pass': '2' } })).toEqual(['2'])
  expect(passesOf({ headers: { cookie: 'not_ami_pass=1' } })).toEqual([])
  expect(passesOf({ headers: { cookie: 'ami_pass=old; x=y;ami_pass=new' } })).toEqual(['old', 'new'])
  expect(passesOf({ headers: { cookie: 'ami_pass=1;'.repeat(5000) } })).toHaveLength(4)
})

it('programs get the puzzle as JSON', () => {
  const { headers, body } = challengeAnswer('1.10.aaaaaaaaaaaaaaaaaaaaaa', 600, '*/*')
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  expect(JSON.parse(body)).toMatchObject({ code: 'network.challenged', challenge: { puzzle: '1.10.aaaaaaaaaaaaaaaaaaaaaa' } })
})

it('the page finds a pass with its own SHA-256, and opens the page again', () => {
  const puzzle = puzzleFor(options, network, agent, nowMs)
  const { headers, body } = challengeAnswer(puzzle, 600, 'text/html,*/*')
  expect(headers['content-security-policy']).toContain(`'nonce-${puzzle.split('.')[2]}'`)
  expect(body).not.toContain('__')
  const script = /<script nonce="[\w-]+">([\s\S]*)<\/script>/.exec(body)?.[1] ?? ''
  const elements = new Map<string, Record<string, unknown>>()
  const document = {
    documentElement: {},
    cookie: '',
    getElementById: (id: string) => elements.get(id) ?? elements.set(id, {}).get(id),
  }
  let reloads = 0
  const context = createContext({
    ...{ document, performance },
    navigator: { languages: ['es-MX', 'en'] },
    location: { protocol: 'http:', reload: () => reloads++ },
    sessionStorage: { getItem: () => null, setItem: () => undefined },
    // the next round at once
    MessageChannel: class {
      port1: { onmessage?: () => void } = {}
      port2 = { postMessage: () => this.port1.onmessage?.() }
    },
  })
  runInContext(script, context)
  expect(reloads).toBe(1)
  const [, pass = ''] = /^ami_pass=([^;]+); Path=\/; Max-Age=600; SameSite=Lax$/.exec(document.cookie) ?? []
  expect(isPass(options, pass, network, agent, nowMs)).toBe(true)
  expect(elements.get('title')).toMatchObject({ textContent: 'Comprobando el navegador' })
})
