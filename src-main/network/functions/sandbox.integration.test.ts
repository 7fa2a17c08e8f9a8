import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { FunctionRunner } from './function-runner.ts'
import { FunctionTrials } from './function-trials.ts'
import type { FetchReply, RunAnswer, RunCall, RunnableFunction, RunRequest } from './run-messages.ts'

let runner: FunctionRunner
beforeAll(() => {
  runner = new FunctionRunner({ log: silentLogger, onLeftOut: (...all) => leftOut.push(all.join(' ')) })
})
afterAll(() => runner.stop())

let version = 0
const functionOf = (code: string, more: Partial<RunnableFunction> = {}): RunnableFunction => ({
  ...{ name: 'f', version: ++version, main: 'main.js', files: { 'main.js': code }, modules: {}, env: {}, secrets: [] },
  ...more,
})
const asked: RunRequest = { method: 'GET', url: 'https://site.example/a?b=1', headers: [['accept', '*/*']], address: '192.0.2.1' }
const lines: string[] = []
const leftOut: string[] = []

async function answerOf(
  request: Partial<RunRequest> = {},
  call = async (_: RunCall): Promise<FetchReply | Uint8Array> => new Uint8Array(),
) {
  const handlers = { call: (_: number, each: RunCall) => call(each), log: (level: string, text: string) => lines.push(`${level} ${text}`) }
  return shown(await runner.run('f', { ...asked, ...request }, handlers, new AbortController().signal))
}
const shown = ({ status, headers, body }: RunAnswer) => ({
  ...{ status, headers: Object.fromEntries(headers) },
  body: body instanceof Uint8Array ? Buffer.from(body).toString() : body,
})
const returns = (expression: string) =>
  `export default { async fetch(request, env) { return new Response(String(await (${expression}))) } }`
async function bodyOf(expression: string, ...more: Parameters<typeof answerOf>) {
  runner.setFunctions([functionOf(returns(expression))])
  return (await answerOf(...more)).body
}
/** What a process has used so far, s; 0 where the system does not say. */
function processorSeconds(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
/** What a function does to itself, and nobody else: the next request is answered. */
async function faultOf(code: string) {
  const bad = functionOf(code)
  runner.setFunctions([bad, functionOf(returns('1'), { name: 'other' })])
  const beside = runner.run('other', asked, { call: async () => new Uint8Array(), log() {} }, new AbortController().signal)
  const fault = await answerOf().then(
    () => 'answered',
    (error) => error.fault,
  )
  expect((await beside).status).toBe(200)
  return fault
}

describe('a function', () => {
  it('is started before anybody asks for it', async () => {
    const early = functionOf('const at = performance.now(); export default { fetch: () => new Response(String(at)) }', { name: 'early' })
    runner.setFunctions([early, functionOf(returns('performance.now()'))])
    let now = 0
    for (let count = 0; count < 20; count++) now = Number((await answerOf()).body)
    const answer = await runner.run('early', asked, { call: async () => new Uint8Array(), log() {} }, new AbortController().signal)
    expect(Number(shown(answer).body)).toBeLessThan(now)
  })

  it('is one of more than are kept: each answers, one after the other and at once', async () => {
    const all = Array.from({ length: 45 }, (_, number) => functionOf(returns(`${number}`), { name: `many${number}` }))
    runner.setFunctions(all)
    const answer = async ({ name }: RunnableFunction) =>
      shown(await runner.run(name, asked, { call: async () => new Uint8Array(), log() {} }, new AbortController().signal)).body
    for (const [number, each] of all.entries()) expect(await answer(each)).toBe(`${number}`)
    expect(await Promise.all(all.map(answer))).toEqual(all.map((_, number) => `${number}`))
  })

  it('gets the request and its variables, and answers', async () => {
    const code = `export default { async fetch(request, env) {
      const url = new URL(request.url)
      return new Response([request.method, url.pathname, url.searchParams.get('b'), request.headers.get('Accept'), request.address, env.KEY, await request.text()].join(' '),
        { status: 201, headers: { 'X-Made': 'here' } }) } }`
    runner.setFunctions([functionOf(code, { env: { KEY: 'secret' } })])
    const answer = await answerOf({ method: 'POST', body: Buffer.from('sent') })
    expect(answer).toEqual({
      status: 201,
      headers: { 'x-made': 'here', 'content-type': 'text/plain;charset=UTF-8' },
      body: 'POST /a 1 */* 192.0.2.1 secret sent',
    })
  })

  it('passes on what it fetches without reading it, and reads it where it wants to', async () => {
    const reply: FetchReply = { status: 203, headers: [['etag', '"1"']], url: 'https://site.example/a' }
    const calls: RunCall[] = []
    const call = async (each: RunCall) => {
      calls.push(each)
      return each.op === 'fetch' ? reply : Buffer.from('text of the origin')
    }
    runner.setFunctions([
      functionOf(
        `export default { async fetch(request) { const answer = await fetch(request); answer.headers.set('x-more', '1'); return answer } }`,
      ),
    ])
    expect(await answerOf({}, call)).toEqual({ status: 203, headers: { etag: '"1"', 'x-more': '1' }, body: 1 })
    expect(await bodyOf(`fetch(request).then((answer) => answer.text()).then((text) => text.toUpperCase())`, {}, call)).toBe(
      'TEXT OF THE ORIGIN',
    )
    expect(calls.map(({ op }) => op)).toEqual(['fetch', 'fetch', 'read'])
  })

  it('checks tokens as the example of the docs does: JWTs by HMAC, with an end, and none that says it needs no signature', async () => {
    const docs = readFileSync(new URL('../../../docs/network.md', import.meta.url), 'utf8')
    const code = [...docs.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text).find((text) => text.includes('JWT_SECRET'))
    const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = (head: object, body: object, secret = 'your-256-bit-secret') => {
      const signed = `${text(head)}.${text(body)}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    }
    const exp = Math.floor(Date.now() / 1000) + 600
    const good = token({ alg: 'HS256', typ: 'JWT' }, { sub: 'ñ', exp })
    const { faults, files, modules } = await runner.check({ main: 'main.ts', files: { 'main.ts': code ?? '' } })
    expect(faults).toEqual([])
    const status = async (authorization: string) => {
      runner.setFunctions([functionOf('', { main: 'main.ts', files, modules, env: { JWT_SECRET: 'your-256-bit-secret' } })])
      const passed = async () => ({ status: 200, headers: [], body: 1, url: '' }) as unknown as FetchReply
      return (await answerOf({ headers: [['authorization', authorization]] }, passed)).status
    }
    expect(await status(`Bearer ${good}`)).toBe(200)
    for (const bad of [
      '',
      'Bearer',
      'Bearer a.b.c',
      `Bearer ${good}.`,
      `Bearer ${good.slice(0, -4)}AAAA`,
      `Bearer ${token({ alg: 'HS256' }, { exp: exp - 1200 })}`,
      `Bearer ${token({ alg: 'HS256' }, {})}`,
      `Bearer ${token({ alg: 'HS256' }, { exp }, 'another')}`,
      `Bearer ${text({ alg: 'none' })}.${text({ exp })}.`,
    ])
      expect(await status(bad), bad).toBe(401)
  })

  it('uses other files and WebAssembly', async () => {
    // (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
    const wasm = [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32,
      1, 106, 11,
    ]
    const code = `import add from './add.wasm'; import { two } from './lib/two.js'
      const { exports } = new WebAssembly.Instance(add); export default { fetch: () => new Response(String(exports.add(40, two))) }`
    const files = { 'main.js': code, 'lib/two.ts': 'export const two = 2' }
    runner.setFunctions([functionOf('', { files, modules: { 'add.wasm': Buffer.from(wasm).toString('base64') } })])
    expect((await answerOf()).body).toBe('42')
    const made = `WebAssembly.instantiate(new Uint8Array([${wasm}])).then(async ({ module, instance }) => [instance, await WebAssembly.instantiate(module)].map(({ exports }) => exports.add(40, 2)))`
    expect(await bodyOf(made)).toBe('42,42')
  })

  it('has nothing whose callbacks the engine runs outside of every request', async () => {
    const names = `[typeof FinalizationRegistry, typeof Atomics.waitAsync, typeof WebAssembly.compileStreaming, typeof WebAssembly.instantiateStreaming]`
    expect(await bodyOf(`${names}.join()`)).toBe('undefined,undefined,undefined,undefined')
  })

  it('is checked with file, line and column', async () => {
    const files = { 'main.ts': 'const a: number = 1\nexport default { fetch: ) }', 'b.ts': 'enum A { x }', 'c.js': 'let x = 1\n  let y z' }
    const { faults } = await runner.check({ main: 'main.ts', files })
    expect(faults).toMatchObject([
      { file: 'main.ts', line: 2, column: 25 },
      { file: 'b.ts', line: 1, column: 1 },
      { file: 'c.js', line: 2, column: 9 },
    ])
    const good = await runner.check({
      main: 'main.ts',
      files: { 'main.ts': 'export default { fetch(request: Request): Response { return x } }' },
    })
    expect(good.faults).toEqual([])
    expect(good.files['main.ts']).not.toContain('Response')
  })

  it('is checked in files that exhaust the parser, too, and the next one as ever', async () => {
    const handler = 'export default { fetch: () => new Response() }'
    const deep = `const a = ${'('.repeat(200_000)}1${')'.repeat(200_000)}`
    const { faults } = await runner.check({ main: 'main.ts', files: { 'deep.ts': deep, 'main.ts': handler, 'deep.js': deep } })
    expect(faults).toEqual([
      { file: 'deep.ts', line: 0, column: 0, message: 'It is nested too deeply' },
      { file: 'deep.js', line: 0, column: 0, message: expect.stringContaining('call stack') },
    ])
    expect((await runner.check({ main: 'main.ts', files: { 'main.ts': `const a: number = 1; ${handler}` } })).faults).toEqual([])
  })

  it('is checked for the files that it imports, and those of them', async () => {
    const files = {
      'main.ts': `import { b } from './lib/b.js'\nimport add from './add.wasm'`,
      'lib/b.ts': `import type { T } from './types.ts'\nexport { c as b } from '../c.ts'`,
      'unused.js': `import './nowhere.js'`,
    }
    const message = (name: string) => `imports "${name}", which is not among the files`
    expect((await runner.check({ main: 'main.ts', files })).faults).toEqual([
      { file: 'main.ts', line: 0, column: 0, message: message('./add.wasm') },
      { file: 'lib/b.ts', line: 0, column: 0, message: message('../c.ts') },
    ])
    expect((await runner.check({ main: 'main.js', files: { 'main.js': `import 'node:fs'` } })).faults).toMatchObject([
      { message: message('node:fs') },
    ])
    const many = Array.from({ length: 10_000 }, (_, index) => `import './${index}'`).join('\n')
    expect((await runner.check({ main: 'main.js', files: { 'main.js': many } })).faults).toHaveLength(20)
  })

  it('is checked in its modules of WebAssembly', async () => {
    const garbage = Buffer.from('no module').toString('base64')
    const { faults } = await runner.check({ main: 'main.js', files: { 'main.js': '', 'a.wasm': garbage, 'b.wasm': 'AGFzbQEAAAA=' } })
    expect(faults).toEqual([{ file: 'a.wasm', line: 0, column: 0, message: expect.stringContaining('magic word') }])
  })

  it('says what it throws, and logs', async () => {
    runner.setFunctions([functionOf(`export default { fetch() { console.warn('before', { a: 1 }); throw new Error('no such thing') } }`)])
    await expect(answerOf()).rejects.toMatchObject({ fault: 'thrown', message: expect.stringContaining('no such thing') })
    expect(lines).toContain('warn before {"a":1}')
    runner.setFunctions([functionOf(`export default { fetch() { return 'text' } }`)])
    await expect(answerOf()).rejects.toMatchObject({ fault: 'thrown', message: expect.stringContaining('no Response') })
    runner.setFunctions([functionOf(`export const fetch = 1`)])
    await expect(answerOf()).rejects.toMatchObject({ fault: 'start', message: expect.stringContaining('export default') })
    runner.setFunctions([functionOf(`import 'node:fs'; export default {}`)])
    await expect(answerOf()).rejects.toMatchObject({ fault: 'start', message: expect.stringContaining('node:fs') })
    runner.setFunctions([functionOf(`import x from '../../../../etc/passwd'; export default {}`)])
    await expect(answerOf()).rejects.toMatchObject({ fault: 'start', message: expect.stringContaining('not there') })
  })
})

describe('secrets of a function are not shown', () => {
  const env = { KEY: 'hunter2 & "co"\n', TOKEN: `token-${'0123456789'.repeat(40)}`, SHORT: 'on', PLAIN: 'no secret' }
  const secrets = ['KEY', 'TOKEN', 'SHORT']
  /** Everything that is logged, and how it fails. */
  async function toldBy(code: string, call?: Parameters<typeof answerOf>[1]) {
    lines.length = 0
    runner.setFunctions([functionOf(`export default { async fetch(request, env) { ${code} } }`, { env, secrets })])
    const failure = await answerOf({}, call).then(
      () => '',
      (error) => error.message,
    )
    return [...lines, failure].join('\n')
  }

  it('in its log', async () => {
    const told = await toldBy(`console.log(env.KEY, env.PLAIN, env.SHORT)
      console.warn({ key: env.KEY }, encodeURIComponent(env.KEY), String(new URLSearchParams({ key: env.KEY })))
      for (const user of ['', 'a', 'me:', 'you:']) console.log('Basic ' + btoa(user + env.KEY + 'x'))
      console.log('x'.repeat(3990) + env.TOKEN)
      return new Response(env.KEY)`)
    expect(told).toContain('info *** no secret on\nwarn {"key":"***"} *** key=***\n')
    expect(told).not.toMatch(/hunter|token-/)
    for (const user of ['', 'a', 'me:', 'you:']) expect(told).not.toContain(btoa(`${user}${env.KEY}`).slice(-12, -4))
  })

  it.each([
    'throw new Error(env.KEY)',
    'throw env.KEY',
    'await Promise.reject(new TypeError("no " + env.TOKEN))',
    'new URL(env.TOKEN)',
    'JSON.parse(env.KEY)',
    'await fetch("https://api.example/?key=" + env.TOKEN, { headers: { authorization: "Bearer " + env.KEY } })',
    'for (const cut of [100, 250]) console.log(env.TOKEN.slice(0, cut)); throw new Error(env.TOKEN)',
  ])('where it fails: %s', async (code) => {
    const told = await toldBy(code, async (asked) => {
      throw new Error(asked.op === 'fetch' ? `${asked.url} with ${JSON.stringify(asked.headers)} was not answered` : '')
    })
    expect(told).toContain('***')
    expect(told).not.toMatch(/hunter|token-0123456789/)
  })

  it('when somebody tries another one with them', async () => {
    const trials = new FunctionTrials(runner, { secretsOf: () => ({ KEY: env.KEY }) })
    const code = `export default { fetch(request, env) { console.log(env.KEY); return new Response('is ' + env.KEY, { headers: { key: encodeURI(env.KEY) } }) } }`
    const request = { method: 'GET', url: 'https://site.example/', headers: {} }
    const wanted = { ...{ main: 'main.js', files: { 'main.js': code }, fetchHosts: [], variables: {} }, secretsOf: 'f', request }
    const tried = await trials.run(wanted, new AbortController().signal)
    expect(tried).toMatchObject({ answer: { status: 200, body: 'is ***' }, lines: [{ text: '***' }] })
    expect(JSON.stringify(tried)).not.toContain('hunter')
  })
})

describe('one request and nothing else is lost by', () => {
  const handler = (body: string) => `export default { async fetch(request) { ${body} } }`

  it('an endless loop, at once, later, and while it starts', async () => {
    expect(await faultOf(handler('for (;;);'))).toBe('cpu')
    expect(await faultOf(handler('await 0; for (;;);'))).toBe('cpu')
    expect(await faultOf(handler(`await fetch('https://a.example'); for (;;);`))).toBe('cpu')
    expect(await faultOf(handler('for (;;) await 0'))).toBe('cpu')
    expect(await faultOf(handler('await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); for (;;);'))).toBe('cpu')
    expect(await faultOf(handler(`for (;;) new URL('https://a.example')`))).toBe('cpu')
    expect(await faultOf('for (;;); export default {}')).toBe('start')
    expect(await faultOf(handler(`/^(a+)+$/.test('a'.repeat(40) + 'b')`))).toBe('cpu')
  })

  it('a memory bomb', async () => {
    expect(await faultOf(handler('const a = []; for (;;) a.push(new Array(1e6).fill(1))'))).toMatch(/memory|cpu/)
    expect(await faultOf(handler('const a = []; for (;;) a.push(new Uint8Array(1e8))'))).toMatch(/memory|thrown|cpu/)
    expect(await faultOf(handler(`let s = 'x'; for (;;) s += s`))).toMatch(/memory|thrown|cpu/)
    expect(await faultOf(handler('const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 1000 }))'))).toMatch(/memory|thrown|cpu/)
    expect(await faultOf(handler('new WebAssembly.Memory({ initial: 60000 }); return new Response()'))).toBe('thrown')
    expect(await faultOf('globalThis.kept ??= []; kept.push(new Array(1e7).fill(1)); export default {}')).toBe('start')
    expect(await faultOf(handler(`throw 'x'.repeat(5e8)`))).toMatch(/thrown|cpu/)
    expect(await bodyOf(`(console.log('x'.repeat(5e8)), 'logged')`)).toBe('logged')
    expect(await faultOf(handler('const f = () => f(); f()'))).toMatch(/thrown|cpu/)
  })

  it('memory that is kept from request to request', async () => {
    const kept = functionOf(
      `const kept = []; export default { fetch() { kept.push(new Array(2e6).fill(kept.length)); return new Response() } }`,
    )
    runner.setFunctions([kept])
    for (let count = 0; count < 30; count++) await answerOf().catch((error) => expect(error.fault).toMatch(/memory|cpu/))
    expect(await bodyOf('1')).toBe('1')
  })

  it('a process that ends, which is back', async () => {
    const { pid } = runner
    runner.setFunctions([functionOf(handler(`await fetch('https://a.example'); return new Response('late')`))])
    const lost = answerOf({}, () => {
      process.kill(pid as number, 'SIGKILL')
      return new Promise(() => {})
    })
    await expect(lost).rejects.toMatchObject({ fault: 'crashed' })
    expect(await bodyOf('2')).toBe('2')
    expect(runner.pid).not.toBe(pid)
  })

  it('a process that ends: who has asked for nothing yet is answered by the next one', async () => {
    const { pid } = runner
    runner.setFunctions([
      functionOf(handler(`console.log('inside'); await new Promise((then) => setTimeout(then, 300)); return new Response('late')`)),
    ])
    let inside = 0
    const ask = (method: string) => {
      const log = () => void (++inside === 2 && process.kill(pid as number, 'SIGKILL'))
      return runner.run('f', { ...asked, method }, { call: async () => new Uint8Array(), log }, new AbortController().signal)
    }
    const [got, posted] = await Promise.allSettled([ask('GET'), ask('POST')])
    expect(got).toMatchObject({ status: 'fulfilled', value: { status: 200 } })
    expect(posted).toMatchObject({ status: 'rejected', reason: { fault: 'crashed' } })
    expect(runner.pid).not.toBe(pid)
  })

  it('loops that the engine compiles while they run, each by itself', async () => {
    const { pid } = runner
    const loop = functionOf(handler('let x = 0; for (let i = 0; i < 1000; i++) await (x += i); for (;;) x++'))
    runner.setFunctions([loop, functionOf(returns('1'), { name: 'other' })])
    const ask = (name: string) => runner.run(name, asked, { call: async () => new Uint8Array(), log() {} }, new AbortController().signal)
    const before = processorSeconds(pid)
    for (let round = 0; round < 5; round++) {
      const loops = Array.from({ length: 4 }, () => ask('f').catch((error) => error.fault))
      expect((await ask('other')).status).toBe(200)
      expect(await Promise.all(loops)).toEqual(['cpu', 'cpu', 'cpu', 'cpu'])
    }
    expect(runner.pid).toBe(pid)
    // 20 times 50 ms, and what it takes to start again; without an end in time more than half a second each
    expect(processorSeconds(pid) - before).toBeLessThan(5)
  })

  it('a flood of lines, of which some are left out', async () => {
    const flooding = functionOf(handler(`for (let line = 0; line < 150; line++) console.log('x'.repeat(4000)); return new Response()`))
    runner.setFunctions([flooding])
    leftOut.length = 0
    const taken: string[] = []
    const flood = { call: async () => new Uint8Array(), log: (_: string, text: string) => void taken.push(text) }
    const runs = Array.from({ length: 40 }, () => runner.run('f', asked, flood, new AbortController().signal).catch(() => undefined))
    await Promise.all(runs)
    expect(taken.length).toBeGreaterThan(99)
    expect(taken.length).toBeLessThan(40 * 150)
    // it is said though no line follows
    await expect.poll(() => leftOut.at(-1)).toMatch(new RegExp(`^f ${flooding.version} [1-9]`))
  })

  it('waiting for ever', async () => {
    runner.setFunctions([functionOf(handler('await new Promise(() => {})'))])
    const left = new AbortController()
    const run = runner.run('f', asked, { call: async () => new Uint8Array(), log() {} }, left.signal)
    setTimeout(() => left.abort(), 50)
    await expect(run).rejects.toMatchObject({ fault: 'time' })
  })
})

describe('a sandbox cannot be left', () => {
  const outside = [
    `typeof process + typeof require + typeof module + typeof global`,
    `(() => { try { return Response.constructor('return typeof process')() } catch (error) { return 'no ' + error.message } })()`,
    `console.log.constructor('return typeof process')()`,
    `fetch.constructor.constructor('return typeof process')()`,
    `(async () => { try { return await import('node:fs') } catch (error) { return error.constructor === Error || error.constructor === TypeError || typeof error } })()`,
    `(() => { let seen; Error.prepareStackTrace = (_, stack) => stack; const stack = new Error().stack; Error.prepareStackTrace = undefined; for (const each of Array.isArray(stack) ? stack : []) { const f = each.getFunction?.(); if (f) seen = f.constructor('return typeof process')() } return seen ?? 'undefined' })()`,
    `typeof $prelude + typeof $wasm + typeof ivm`,
  ]
  it.each(outside)('%s', async (expression) => {
    expect(await bodyOf(expression)).not.toMatch(/object|function/)
  })

  it('through changed prototypes', async () => {
    const code = `Object.prototype.status = 999; Array.prototype.map = () => 'x'; Promise.prototype.then = undefined; JSON.stringify = () => { for (;;); }
      Object.defineProperty(Object.prototype, 'toJSON', { get() { return () => 1 } }); Uint8Array.prototype.slice = () => ({ length: 1 })
      export default { fetch() { const answer = new Response('x'); Object.defineProperty(answer, 'status', { value: '200; x' }); return answer } }`
    expect(await faultOf(code)).toMatch(/thrown|start/)
    const odd = `class R extends Response { constructor() { super('x'); Object.defineProperty(this, 'headers', { value: [['bad name', 'x\\r\\ny: z']] }) } } export default { fetch: () => new R() }`
    expect(await faultOf(odd)).toBe('thrown')
    const header = `export default { fetch: () => new Response('', { headers: { a: 'b\\r\\nc: d' } }) }`
    expect(await faultOf(header)).toBe('thrown')
  })
})
